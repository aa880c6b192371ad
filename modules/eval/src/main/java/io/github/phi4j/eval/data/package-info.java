/** Data sets: reading records, logs that survive a crash, and looking for contamination. */
package io.github.phi4j.eval.data;
