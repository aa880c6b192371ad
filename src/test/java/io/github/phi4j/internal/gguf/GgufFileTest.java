package io.github.phi4j.internal.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.ModelChangedException;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.testing.GgufWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GgufFileTest {

  private static final String WHOLE = "the path of a GGUF file";

  @TempDir private Path directory;
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void unmap() {
    arena.close();
  }

  private Path at(String name) {
    return directory.resolve(name);
  }

  private ModelException refused(Path file) {
    ModelException e = catchThrowableOfType(ModelException.class, () -> GgufFile.open(file, arena));
    assertThat(e).isNotNull();
    return e;
  }

  private void unreadable(Path opened, Path file, String found, String expected) {
    FileException e = catchThrowableOfType(FileException.class, () -> GgufFile.open(opened, arena));
    assertThat(e.file()).isEqualTo(file);
    assertThat(e.found()).isEqualTo(found);
    assertThat(e.expected()).isEqualTo(expected);
  }

  private void refused(Path opened, Path file, long offset, String found, String expected) {
    ModelException e = refused(opened);
    assertThat(e.found()).isEqualTo(found);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.file()).isEqualTo(file);
    assertThat(e.offset().orElse(-1)).isEqualTo(offset);
  }

  // ---- other files

  @Test
  void aMissingFileIsRefused() {
    Path file = at("missing.gguf");
    unreadable(file, file, "no such file", WHOLE);
  }

  @Test
  void aDirectoryIsRefused() {
    unreadable(directory, directory, "a directory", WHOLE);
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    Path file = Files.createFile(at("empty.gguf"));
    refused(file, file, 0, "an empty file", WHOLE);
  }

  @Test
  void unmappableFilesAreRefusedWithoutBlocking() {
    Path device = Path.of("/dev/zero");
    assumeTrue(Files.exists(device));
    unreadable(device, device, "something that is not a regular file and cannot be mapped", WHOLE);
  }

  @Test
  void aFileOfAFewBytesIsRefused() throws IOException {
    Path file = Files.write(at("short.gguf"), new byte[] {'G', 'G'});
    refused(
        file,
        file,
        0,
        "the end of the file after 2 more bytes",
        "4 bytes for the magic bytes; the file seems to be cut short: copy or download it again");
  }

  // ---- valid files

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void bothVersionsAreRead(int version) {
    Path file =
        new GgufWriter()
            .version(version)
            .string("general.name", "tiny")
            .tensor("b", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
            .tensor("a", GgmlType.Q8_0, new byte[34], 32)
            .write(at("model.gguf"));
    GgufFile read = GgufFile.open(file, arena);
    assertThat(read.version()).isEqualTo(version);
    assertThat(read.files()).containsExactly(file);
    assertThat(read.bytes()).isEqualTo(file.toFile().length());
    assertThat(read.metadata().file()).isEqualTo(file);
    assertThat(read.metadata().string("general.name")).contains("tiny");
    assertThat(read.tensors().keySet()).containsExactly("b", "a");
    GgufTensor tensor = read.tensors().get("b");
    assertThat(tensor.type()).isEqualTo(GgmlType.F32);
    assertThat(tensor.shape()).containsExactly(3L, 2L);
    assertThat(tensor.elements()).isEqualTo(6);
    assertThat(tensor.file()).isEqualTo(file);
    assertThat(tensor.data().byteSize()).isEqualTo(24);
    assertThat(tensor.data().isReadOnly()).isTrue();
    assertThat(tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 20)).isEqualTo(6);
    assertThat(read.tensors().get("a").data().byteSize()).isEqualTo(34);
  }

  @Test
  void tensorsBeyondFourGigabytesAreRead() throws IOException {
    Path file = at("large.gguf");
    long extent = 5L << 30;
    RawGguf raw = RawGguf.header(2, 0);
    raw.tensor("big", GgmlType.I8.id(), 0, extent).tensor("last", GgmlType.I8.id(), extent, 3);
    raw.align(32).write(file);
    long start = raw.position() + extent;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // Written only at its end, the file takes hardly any space if holes are possible.
      channel.write(ByteBuffer.wrap(new byte[] {7, 8, 9}), start);
    }
    try {
      GgufFile read = GgufFile.open(file, arena);
      assertThat(read.bytes()).isEqualTo(start + 3);
      assertThat(read.tensors().get("big").data().byteSize()).isEqualTo(extent);
      assertThat(read.tensors().get("big").elements()).isEqualTo(extent);
      GgufTensor last = read.tensors().get("last");
      assertThat(last.offset()).isEqualTo(start);
      assertThat(last.data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(7, 8, 9);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aLargeVocabularyIsReadStringByString() {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 200_064; i++) {
      tokens.add("token" + i);
    }
    Path file = new GgufWriter().strings("tokens", tokens).write(at("vocabulary.gguf"));
    GgufArray read = GgufFile.open(file, arena).metadata().strings("tokens").orElseThrow();
    assertThat(read.length()).isEqualTo(200_064);
    assertThat(read.string(0)).isEqualTo("token0");
    assertThat(read.string(123_456)).isEqualTo("token123456");
    assertThat(read.string(200_063)).isEqualTo("token200063");
    ByteStrings copies = read.strings();
    assertThat(copies.count()).isEqualTo(200_064);
    assertThat(Arrays.copyOfRange(copies.bytes(), copies.starts()[0], copies.starts()[200_064]))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(String.join("", tokens));
  }

  // ---- changing files

  @Test
  void aTruncatedFileIsDetected() throws IOException {
    Path file = new GgufWriter().tensor("t", new float[1024], 1024).write(at("cut.gguf"));
    GgufFile read = GgufFile.open(file, arena);
    assertThatCode(read::checkUnchanged).doesNotThrowAnyException();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(100);
    }
    ModelChangedException e =
        catchThrowableOfType(ModelChangedException.class, read::checkUnchanged);
    assertThat(e.found()).isEqualTo("the end of the file, which was cut short while it was open");
    assertThat(e.expected()).startsWith(read.bytes() + " bytes as when it was loaded");
    assertThat(e.offset()).hasValue(100);
    assertThat(e.file()).isEqualTo(file);
  }

  @Test
  void aFileThatWasDeletedStaysUsable() throws IOException {
    Path file = new GgufWriter().tensor("t", new float[] {5}, 1).write(at("deleted.gguf"));
    GgufFile read = GgufFile.open(file, arena);
    Files.delete(file);
    assertThatCode(read::checkUnchanged).doesNotThrowAnyException();
    assertThat(read.tensors().get("t").data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
        .isEqualTo(5);
  }

  @Test
  void aFileThatWasReplacedByASmallerOneStaysUsable() throws IOException {
    Path file = new GgufWriter().tensor("t", new float[256], 256).write(at("replaced.gguf"));
    GgufFile read = GgufFile.open(file, arena);
    Path other = new GgufWriter().tensor("t", new float[] {5}, 1).write(at("other.gguf"));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(Files.size(file)).isLessThan(read.bytes());
    assertThatCode(read::checkUnchanged).doesNotThrowAnyException();
  }

  // ---- split models

  private Path part(int number, int count, GgufWriter writer) {
    writer.value("split.no", ElementType.UINT16, number - 1);
    writer.value("split.count", ElementType.UINT16, count);
    return writer.write(at(String.format(Locale.ROOT, "model-%05d-of-%05d.gguf", number, count)));
  }

  private static GgufWriter holding(String... tensors) {
    GgufWriter writer = new GgufWriter();
    for (String tensor : tensors) {
      writer.tensor(tensor, new float[] {tensor.length()}, 1);
    }
    return writer.value("split.tensors.count", ElementType.INT32, 4);
  }

  private List<Path> threeParts() {
    return List.of(
        part(1, 3, holding("a").string("general.name", "split")),
        part(2, 3, holding("bb", "ccc")),
        part(3, 3, holding("dddd")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anyPartOpensTheWholeModel(int opened) {
    List<Path> parts = threeParts();
    GgufFile read = GgufFile.open(parts.get(opened), arena);
    assertThat(read.files()).isEqualTo(parts);
    assertThat(read.bytes()).isEqualTo(parts.stream().mapToLong(p -> p.toFile().length()).sum());
    assertThat(read.metadata().string("general.name")).contains("split");
    assertThat(read.metadata().file()).isEqualTo(parts.getFirst());
    assertThat(read.tensors().keySet()).containsExactly("a", "bb", "ccc", "dddd");
    assertThat(read.tensors().get("ccc").file()).isEqualTo(parts.get(1));
    for (GgufTensor tensor : read.tensors().values()) {
      assertThat(tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
          .isEqualTo(tensor.name().length());
    }
  }

  @Test
  void aPartMayBeOpenedByItsFileNameOnly() {
    Path relative = Path.of("").toAbsolutePath().relativize(threeParts().getFirst());
    assertThat(GgufFile.open(relative, arena).tensors()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aModelOfOnePartNeedsNoCertainName(int count) {
    Path file =
        new GgufWriter()
            .value("split.count", ElementType.UINT16, count)
            .tensor("t", new float[1], 1)
            .write(at("single.gguf"));
    assertThat(GgufFile.open(file, arena).tensors()).hasSize(1);
  }

  @Test
  void aMissingPartIsNamed() throws IOException {
    List<Path> parts = threeParts();
    Files.delete(parts.get(1));
    unreadable(
        parts.getLast(),
        parts.get(1),
        "no such file",
        "part 2 of the 3 parts of the model, beside model-00003-of-00003.gguf");
  }

  @Test
  void mixedUpPartsAreRefused() throws IOException {
    List<Path> parts = threeParts();
    Files.delete(parts.get(1));
    Files.move(parts.get(2), parts.get(1));
    Files.copy(parts.get(1), parts.get(2));
    ModelException e = refused(parts.getFirst());
    assertThat(e.file()).isEqualTo(parts.get(1));
    assertThat(e.found()).isEqualTo("metadata key split.no that says part 3 of 3");
    assertThat(e.expected()).isEqualTo("part 2 of 3, as the file's name says");
    assertThat(e.offset()).isPresent();
  }

  @Test
  void aPartThatIsRenamedAsAnotherIsRefused() throws IOException {
    Path first = threeParts().getFirst();
    Path renamed = at("model-00002-of-00003.gguf");
    Files.move(first, renamed, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> GgufFile.open(renamed, arena))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void aPartOfAModelWithAnotherCountIsRefused() {
    List<Path> parts = threeParts();
    holding("bb", "ccc")
        .value("split.no", ElementType.UINT16, 1)
        .value("split.count", ElementType.UINT16, 4)
        .write(parts.get(1));
    ModelException e = refused(parts.getFirst());
    assertThat(e.file()).isEqualTo(parts.get(1));
    assertThat(e.found()).isEqualTo("metadata key split.no that says part 2 of 4");
    assertThat(e.expected()).isEqualTo("part 2 of 3, as the file's name says");
  }

  @Test
  void aPartThatIsAWholeModelIsRefused() {
    List<Path> parts = threeParts();
    new GgufWriter().tensor("bb", new float[1], 1).write(parts.get(1));
    refused(
        parts.getFirst(),
        parts.get(1),
        -1,
        "a file that is not part of a split model",
        "part 2 of 3, as the file's name says");
  }

  @Test
  void aPartWithoutItsNameIsRefused() throws IOException {
    Path part = Files.move(threeParts().get(1), at("renamed.gguf"));
    ModelException e = refused(part);
    assertThat(e.found())
        .isEqualTo(
            "metadata key split.count that says the model has 3 parts, of which renamed.gguf is"
                + " one");
    assertThat(e.expected())
        .isEqualTo("files named NAME-00001-of-00003.gguf and so on, side by side");
  }

  @Test
  void aNameWithAnotherCountThanTheMetadataIsRefused() throws IOException {
    Path part = Files.move(threeParts().getFirst(), at("model-00001-of-00002.gguf"));
    assertThat(refused(part).expected())
        .isEqualTo("files named NAME-00001-of-00003.gguf and so on, side by side");
  }

  @Test
  void tooManyPartsAreRefused() {
    ModelException e = refused(part(1, 1000, holding("a")));
    assertThat(e.found()).isEqualTo("metadata key split.count that says the model has 1000 parts");
    assertThat(e.expected()).isEqualTo("at most 999");
  }

  @Test
  void aTensorInTwoPartsIsRefused() {
    Path first = part(1, 2, holding("a", "b"));
    Path second = part(2, 2, holding("b", "c"));
    ModelException e = refused(first);
    assertThat(e.file()).isEqualTo(second);
    assertThat(e.found()).isEqualTo("tensor b, which is also in " + first);
    assertThat(e.expected()).isEqualTo("each tensor in one part only");
    assertThat(e.offset()).isPresent();
  }

  @Test
  void aWrongNumberOfTensorsIsRefused() {
    Path first = part(1, 2, holding("a", "b"));
    part(2, 2, holding("c"));
    ModelException e = refused(first);
    assertThat(e.found()).isEqualTo("metadata key split.tensors.count that says 4 tensors");
    assertThat(e.expected()).isEqualTo("3, as many as the parts hold");
  }

  @Test
  void aDamagedPartIsNamed() throws IOException {
    List<Path> parts = threeParts();
    byte[] bytes = Files.readAllBytes(parts.get(1));
    Files.write(parts.get(1), Arrays.copyOf(bytes, bytes.length - 40));
    assertThat(refused(parts.getFirst()).file()).isEqualTo(parts.get(1));
  }
}
