//! Every peer of UC Connector, simulated.
