package io.github.phi4j.eval.pivotal;

/** What a search is to find, and what it may cost. */
record SearchOptions(double gap, double alpha, long budget, int parallel) {}
