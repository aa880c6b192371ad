package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * A tensor of a file.
 *
 * @param name its name
 * @param type its block type
 * @param shape its extents, the fastest-varying first
 * @param data its bytes, a read-only slice of the mapping
 * @param file the file that holds it
 * @param offset where its data starts in that file
 */
public record GgufTensor(
    String name, GgmlType type, List<Long> shape, MemorySegment data, Path file, long offset) {

  /** The number of elements. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
