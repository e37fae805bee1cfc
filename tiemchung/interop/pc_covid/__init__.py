"""PC-Covid, the citizens' pandemic app: told what changed, and heard what citizens propose; see the README."""
