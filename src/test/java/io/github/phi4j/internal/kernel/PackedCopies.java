package io.github.phi4j.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Matrices with packed copies. */
final class PackedCopies {

  private PackedCopies() {}

  /** The matrix with a packed copy in the arena's memory, if it can be packed. */
  static Matrix pack(Matrix w, Arena arena) {
    return Packing.of(w)
        .map(packing -> {
          MemorySegment data = arena.allocate(packing.bytes(), Matrix.PACKED_ALIGNMENT);
          packing.pack(0, data);
          return packing.with(data);
        })
        .orElse(w);
  }
}
