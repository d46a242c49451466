"""What a technician looks at first. It reads; it changes nothing. The command line and the Devices screen show it."""
