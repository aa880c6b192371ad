/** Data sets: reading records, crash-safe logs, and decontamination. */
package io.github.phi4j.eval.data;
