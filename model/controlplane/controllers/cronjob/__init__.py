"""What the CronJob controller decides: when a schedule is due, which job is started, which old ones go."""
