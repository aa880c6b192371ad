package io.github.phi4j.internal.gguf;

import static io.github.phi4j.internal.gguf.RawGguf.ARRAY;
import static io.github.phi4j.internal.gguf.RawGguf.BOOL;
import static io.github.phi4j.internal.gguf.RawGguf.INT32;
import static io.github.phi4j.internal.gguf.RawGguf.STRING;
import static io.github.phi4j.internal.gguf.RawGguf.UINT32;
import static io.github.phi4j.internal.gguf.RawGguf.header;
import static io.github.phi4j.internal.gguf.Refusal.parse;
import static io.github.phi4j.internal.gguf.Refusal.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.ModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each rule for headers, violated: the exception has the position, the found and the expected
 * value.
 */
final class GgufParserTest {

  private static final String CUT_SHORT = ", which may be cut short: copy or download it again";

  private static final int FIRST = 24; // byte of the first field after the counts

  // ---- magic and version

  @Test
  void wrongMagicIsRefused() {
    refused(
        new RawGguf().ascii("GGML").u32(3).u64(0).u64(0),
        0,
        "the first bytes 47 47 4d 4c",
        "47 47 55 46 (\"GGUF\"), which a GGUF file starts with");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\nsize 9053114816\\n | a Git LFS pointer, which stands for a file of 9053114816 bytes | git lfs pull
          version https://hawser.github.com/spec/v1\\next-0-a x\\noid sha256:4d\\nsize 12 | a Git LFS pointer, which stands for a file of 12 bytes | git lfs pull
          version https://git-lfs.github.com/spec/v1\\r\\noid sha256:4d7a\\r\\nsize 77\\r\\n | a Git LFS pointer, which stands for a file of 77 bytes | git lfs pull
          \\377\\376<\\0h\\0t\\0m\\0l\\0>\\0 | an HTML page | log in
          \\357\\273\\277\\r\\n<HTML> | an HTML page | log in
          <?xml version="1.0"?>\\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"> | an HTML page | log in
          <script>location = "/login"</script> | an HTML page | log in
          \\200\\2}q\\0xxxxxxxxxxxx | a pickled object, such as a PyTorch checkpoint | convert_hf_to_gguf.py
          7z\\274\\257\\47\\34xxxxxxxxxx | an archive or a compressed file | unpack it
          \\37\\213\\10xxxxxxxxxxxxxxx | an archive or a compressed file | unpack it
          <!DOCTYPE html><html><head><title>Hugging Face</title></head></html> | an HTML page | download the file itself
          \\n  <!-- a --><HTML lang="en"> | an HTML page | log in
          <?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error> | an XML document | download
          <Error><Code>AccessDenied</Code></Error> | an XML document | download
          {"error":"Repository not found"} | a text that begins "{"error":"Repository not found"}" | download the file itself
          Access to model microsoft/phi-4 is restricted.\\nYou must log in. | a text that begins "Access to model microsoft/phi-4 is restricted." | log in
          Entry not found | a text that begins "Entry not found" | download
          PK\\3\\4xxxxxxxxxxxxxxxx | a ZIP archive, such as a PyTorch checkpoint | convert_hf_to_gguf.py
          tjggxxxxxxxxxxxxxxxxxxxx | a model in a GGML format from before GGUF | cannot be converted
          x\\1\\0\\0\\0\\0\\0\\0{"__metadata__":{"format":"pt"}} | a model in safetensors format | convert_hf_to_gguf.py
          """)
  void whatIsOftenFoundInTheFilesPlaceIsNamed(String text, String found, String expected) {
    RawGguf raw = new RawGguf();
    text.translateEscapes().chars().forEach(raw::u8);
    ModelException e = catchThrowableOfType(ModelException.class, () -> parse(raw));
    assertThat(e.offset()).hasValue(0);
    assertThat(e.found()).startsWith(found);
    assertThat(e.expected()).startsWith(e.found().contains("LFS") ? "that file" : "a GGUF model");
    assertThat(e.expected()).contains(expected);
  }

  @Test
  void aFileOfZerosIsAnUnfinishedDownload() {
    RawGguf zeros = new RawGguf().zeros(5000);
    ModelException e = catchThrowableOfType(ModelException.class, () -> parse(zeros));
    assertThat(e.found()).isEqualTo("only zeros at the beginning");
    assertThat(e.expected()).contains("continue or repeat it");
  }

  @ParameterizedTest
  @CsvSource({
    "0, version 2 or 3; convert the model again",
    "1, version 2 or 3; convert the model again",
    "4, version 2 or 3; convert the model to version 3",
    "4294967295, version 2 or 3; convert the model to version 3"
  })
  void unknownVersionsAreRefused(long version, String expected) {
    RawGguf raw = new RawGguf().ascii("GGUF").u32(version).u64(0).u64(0);
    refused(raw, 4, "GGUF version " + version, expected);
  }

  @Test
  void bigEndianFilesAreRefusedAsSuch() {
    refused(
        new RawGguf().ascii("GGUF").u8(0).u8(0).u8(0).u8(3).zeros(16),
        4,
        "a big-endian GGUF file",
        "a little-endian one; convert the model to little-endian");
  }

  // ---- counts

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 3})
  void tensorCountsThatTheFileCannotHoldAreRefused(long count) {
    refused(
        header(count, 0).zeros(64),
        8,
        "a tensor count of " + Long.toUnsignedString(count),
        "at most 2 in a file of 88 bytes" + CUT_SHORT);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 60, 6})
  void metadataCountsThatTheFileCannotHoldAreRefused(long count) {
    refused(
        header(0, count).zeros(83),
        16,
        "a metadata count of " + Long.toUnsignedString(count),
        "at most 5 in a file of 107 bytes" + CUT_SHORT);
  }

  @Test
  void noFileMayHaveMoreThan65536Entries() {
    refused(
        header(0, 65_537).zeros(1 << 20),
        16,
        "a metadata count of 65537",
        "at most 65536 in a file of 1048600 bytes" + CUT_SHORT);
  }

  // ---- strings

  @Test
  void aKeyThatEndsAfterTheFileIsRefused() {
    refused(
        header(0, 1).u64(100).zeros(40),
        FIRST + 8,
        "the end of the file after 40 more bytes",
        "100 bytes for metadata key 1 of 1; the file seems to be cut short: copy or download it"
            + " again");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 65_536})
  void aKeyOfAnImpossibleLengthIsRefused(long length) {
    refused(
        header(0, 1).u64(length).zeros(40),
        FIRST,
        "metadata key 1 of 1 of " + Long.toUnsignedString(length) + " bytes",
        "at most 65535 bytes");
  }

  @Test
  void anEmptyKeyIsRefused() {
    refused(header(0, 1).key("", UINT32).u32(1), FIRST, "an empty metadata key", "a name");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MAX_VALUE, (16 << 20) + 1})
  void aStringOfAnImpossibleLengthIsRefused(long length) {
    refused(
        header(0, 1).key("k", STRING).u64(length).zeros(40),
        FIRST + 13,
        "the value of metadata key k of " + Long.toUnsignedString(length) + " bytes",
        "at most 16777216 bytes");
  }

  @Test
  void aStringThatEndsAfterTheFileIsRefused() {
    refused(
        header(0, 1).key("k", STRING).u64(41).zeros(40),
        FIRST + 21,
        "the end of the file after 40 more bytes",
        "41 bytes for the value of metadata key k; the file seems to be cut short: copy or"
            + " download it again");
  }

  @Test
  void aStringOfAnArrayOfMoreThan16MibIsRefused() {
    refused(
        header(0, 1).key("k", ARRAY).u32(STRING).u64(1).u64((16 << 20) + 1).zeros(17 << 20),
        FIRST + 25,
        "a string of metadata key k of 16777217 bytes",
        "at most 16777216 bytes");
  }

  @Test
  void keysOfManyMegabytesAreRefused() {
    int count = 260;
    RawGguf raw = header(0, count);
    int at = 0;
    for (int i = 0; i < count; i++) {
      at = i == 16 * 1024 * 1024 / (8 + 65_000) ? raw.position() : at;
      raw.key(String.format(Locale.ROOT, "%065000d", i), UINT32).u32(1);
    }
    refused(raw, at, "more than 16777216 bytes of metadata keys", "short keys");
  }

  // ---- arrays and types

  @ParameterizedTest
  @ValueSource(longs = {13, -1, 255})
  void unknownValueTypesAreRefused(long type) {
    refused(
        header(0, 1).key("k", (int) type).zeros(40),
        FIRST + 9,
        "metadata key k with the unknown value type " + type,
        "a number from 0 to 12");
  }

  @ParameterizedTest
  @ValueSource(longs = {13, -1})
  void unknownElementTypesAreRefused(long type) {
    refused(
        header(0, 1).key("k", ARRAY).u32(type).u64(1L << 40).zeros(40),
        FIRST + 13,
        "metadata key k with the unknown element type " + type,
        "a number from 0 to 12");
  }

  @Test
  void nestedArraysAreRefused() {
    refused(
        header(0, 1).key("k", ARRAY).u32(ARRAY).u64(1).u32(UINT32).u64(1).u32(1),
        FIRST + 13,
        "metadata key k, an array of arrays",
        "an array of plain values");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 4, 10, uint32",
    "11, 4, 10, uint32",
    "4611686018427387904, 4, 10, uint32",
    "6, 8, 5, string",
    "-9223372036854775808, 8, 5, string",
    "6, 12, 5, float64",
    "41, 7, 40, bool"
  })
  void arrayLengthsThatTheFileCannotHoldAreRefused(long count, int type, int limit, String name) {
    refused(
        header(0, 1).key("k", ARRAY).u32(type).u64(count).zeros(40),
        FIRST + 17,
        "metadata key k with " + Long.toUnsignedString(count) + " elements",
        "at most " + limit + " of type " + name + " here in a file of this size" + CUT_SHORT);
  }

  // ---- unique keys

  @Test
  void duplicateKeysAreRefused() {
    RawGguf raw = header(0, 3).key("a", UINT32).u32(1).key("b", UINT32).u32(1);
    int at = raw.position();
    raw.key("a", BOOL).u8(1);
    refused(raw, at, "metadata key a a second time", "each key once");
  }

  @Test
  void namesInMessagesArePrintable() {
    String name = "\u001b[31m" + "x".repeat(100);
    refused(
        header(0, 1).key(name, 99),
        FIRST + 8 + name.length(),
        "metadata key \\u001b[31m" + "x".repeat(59) + "… with the unknown value type 99",
        "a number from 0 to 12");
  }

  // ---- the file changes

  @Test
  void aFileTruncatedDuringReadingGivesAnException(@TempDir Path directory) throws Exception {
    RawGguf raw = header(0, 1).key("k", ARRAY).u32(STRING).u64(10_000);
    for (int i = 0; i < 10_000; i++) {
      raw.string("a word");
    }
    Path file = raw.write(directory.resolve("cut.gguf"));
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      channel.truncate(8192);
      ModelException e =
          catchThrowableOfType(ModelException.class, () -> new GgufParser(file, mapping).parse());
      assertThat(e.found()).isEqualTo("the end of the file, which was cut short while it was read");
      assertThat(e.expected()).startsWith(raw.position() + " bytes as when it was opened");
    }
  }

  @Test
  void anEmptyHeaderIsValid() {
    GgufParser.Part part = parse(header(0, 0));
    assertThat(part.tensors()).isEmpty();
    assertThat(part.metadata().values()).isEmpty();
    assertThat(parse(header(0, 1).key("k", INT32).u32(-5)).metadata().integer("k")).hasValue(-5);
  }
}
