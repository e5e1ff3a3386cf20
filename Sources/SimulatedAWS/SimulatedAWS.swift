// SimulatedAWS
