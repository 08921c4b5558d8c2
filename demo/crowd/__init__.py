"""The simulated customers: they read the caught mails, open the links and answer over HTTP, as people would."""
