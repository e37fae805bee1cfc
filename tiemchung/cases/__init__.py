"""The domain of cases: what a citizen reports and somebody must answer; see its README."""
