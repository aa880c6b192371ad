package io.github.phi4j.eval;

/** Some runs of one item, which share its prompt; the runs are numbered from {@code first}. */
record Runs(Item item, int first, int count) {}
