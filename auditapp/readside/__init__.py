"""What other systems read: alerts, cases, risk, people, events, rules, pillars, reports, feeds."""
