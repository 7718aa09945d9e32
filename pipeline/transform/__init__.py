"""Rules 1 to 10 as pure functions of frames; one file per rule family."""
