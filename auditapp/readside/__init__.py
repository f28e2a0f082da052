"""What other systems read: alerts, risk, people, events, rules, pillars, reports, feeds."""
