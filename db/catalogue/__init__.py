"""The timetable on disk: reading a feed, building the immutable catalogue file, and answering from it."""
