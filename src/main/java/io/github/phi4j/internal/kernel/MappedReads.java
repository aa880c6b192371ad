package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Scalar reads of mapped memory beside the vector loads of a kernel. */
final class MappedReads {

  private MappedReads() {}

  /**
   * Reads a byte, for its effect on compiled code: HotSpot turns the fault of a truncated mapping
   * into an error only in methods with a scalar access to the segment. With vector loads alone the
   * fault would crash the JVM. Every method that loads vectors of packed rows or KV pages calls
   * this inside its loop, so that code compiled from the loop (OSR) has the access too.
   */
  @SuppressWarnings("CheckReturnValue") // the access counts, not the byte
  static void touch(MemorySegment w, long at) {
    w.get(ValueLayout.JAVA_BYTE, at);
  }

  /**
   * Prefetches by reading four bytes; Java has no prefetch instruction.
   *
   * @return the sum of the bytes, a value that only keeps the prefetching reads alive
   */
  static int prefetch(MemorySegment w, long a, long b, long c, long d) {
    return w.get(ValueLayout.JAVA_BYTE, a)
        + w.get(ValueLayout.JAVA_BYTE, b)
        + w.get(ValueLayout.JAVA_BYTE, c)
        + w.get(ValueLayout.JAVA_BYTE, d);
  }
}
