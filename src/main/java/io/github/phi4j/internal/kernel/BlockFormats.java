package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.List;
import java.util.Optional;

/** The registry of supported block formats. */
public final class BlockFormats {

  private static final List<BlockFormat> ALL =
      List.of(
          new F32(),
          new F16(),
          new BF16(),
          new Q4_0(),
          new Q4_1(),
          new Q5_0(),
          new Q5_1(),
          new Q8_0(),
          new Q2_K(),
          new Q3_K(),
          new Q4_K(),
          new Q5_K(),
          new Q6_K(),
          new IQ4_NL(),
          new IQ4_XS());

  private BlockFormats() {}

  /** All formats. */
  public static List<BlockFormat> all() {
    return ALL;
  }

  /** The format of a tensor type, if it is supported. */
  public static Optional<BlockFormat> of(GgmlType type) {
    return ALL.stream().filter(format -> format.type() == type).findFirst();
  }
}
