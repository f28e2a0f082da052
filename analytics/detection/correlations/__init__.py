"""Sigma correlations: what several matches of rules say together, in event time.

A correlation is a function of hits alone, whatever the order in which they arrived. It is asked of
a stretch of time with the hits of that stretch and of what its windows reach back into; so late
events only mean that some stretch is asked once more.

    reading → Correlation · gathering → hits · windows → figures → runs → alerts
"""
