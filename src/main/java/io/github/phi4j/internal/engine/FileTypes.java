package io.github.phi4j.internal.engine;

import java.util.Map;

/** The names of {@code general.file_type}, the mix of block types in a file. */
final class FileTypes {

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0L, "all F32"),
          Map.entry(1L, "F16"),
          Map.entry(2L, "Q4_0"),
          Map.entry(3L, "Q4_1"),
          Map.entry(7L, "Q8_0"),
          Map.entry(8L, "Q5_0"),
          Map.entry(9L, "Q5_1"),
          Map.entry(10L, "Q2_K - Medium"),
          Map.entry(11L, "Q3_K - Small"),
          Map.entry(12L, "Q3_K - Medium"),
          Map.entry(13L, "Q3_K - Large"),
          Map.entry(14L, "Q4_K - Small"),
          Map.entry(15L, "Q4_K - Medium"),
          Map.entry(16L, "Q5_K - Small"),
          Map.entry(17L, "Q5_K - Medium"),
          Map.entry(18L, "Q6_K"),
          Map.entry(25L, "IQ4_NL - 4.5 bpw"),
          Map.entry(30L, "IQ4_XS - 4.25 bpw"),
          Map.entry(32L, "BF16"));

  private FileTypes() {}

  static String name(long fileType) {
    return NAMES.getOrDefault(fileType, "file type " + fileType);
  }
}
