"""RapidSMS 2.2.0 with its message log, set up as its documentation says, for comparison."""
