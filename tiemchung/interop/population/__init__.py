"""The national population database: four fields of a person in, right or wrong out; see the README."""
