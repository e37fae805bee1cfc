"""Vietnam's clock as a constant: rules may know it, and may not ask what time it is."""

from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # +07:00, no summer time
