"""Phản ánh thông tin: the portal's report in five steps, and the page that shows where it stands."""
