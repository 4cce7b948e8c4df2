"""What goes to the upstream and what comes back, as frozen dataclasses by area.

Amounts are decimals in major units of the currency (dollars), times are aware and in UTC, states are the upstream's
words, in upper case with underscores. "" and None mean that the answer did not say.
"""
