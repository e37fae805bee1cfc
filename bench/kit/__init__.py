"""What several benches need: a home of their own, processes measured from outside, load, a browser."""
