package io.github.phi4j.internal.gguf;

import io.github.phi4j.api.ModelException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in one or several mapped GGUF files. The mappings live as long as the arena they were
 * made in.
 */
public final class GgufFile {

  private static final Pattern PART_NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final int MAX_PARTS = 999;
  private static final String SPLIT_NO = "split.no";
  private static final String SPLIT_COUNT = "split.count";
  private static final String SPLIT_TENSORS = "split.tensors.count";

  private final List<Path> files;
  private final List<MappedFile> mappings;
  private final int version;
  private final GgufMetadata metadata;
  private final Map<String, GgufTensor> tensors;

  private GgufFile(
      List<Path> files,
      List<MappedFile> mappings,
      int version,
      GgufMetadata metadata,
      Map<String, GgufTensor> tensors) {
    this.files = List.copyOf(files);
    this.mappings = List.copyOf(mappings);
    this.version = version;
    this.metadata = metadata;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Maps a file, and all other parts of a split model with it.
   *
   * @throws ModelException if a file cannot be read or is not valid GGUF
   */
  public static GgufFile open(Path file, Arena arena) {
    MappedFile mapping = MappedFile.open(file, arena, "the path of a GGUF file");
    GgufParser.Part opened = new GgufParser(file, mapping.bytes()).parse();
    long count = opened.metadata().integer(SPLIT_COUNT).orElse(1);
    if (count <= 1) {
      return of(List.of(file), List.of(mapping), List.of(opened));
    }
    List<Path> files = partNames(opened.metadata(), count);
    List<MappedFile> mappings = new ArrayList<>();
    List<GgufParser.Part> parts = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Path path = files.get(number);
      GgufParser.Part part = opened;
      MappedFile partMapping = mapping;
      if (!path.equals(file)) {
        String which =
            String.format(Locale.ROOT, "part %d of the %d parts of the model", number + 1, count);
        partMapping = MappedFile.open(path, arena, which + ", beside " + file.getFileName());
        part = new GgufParser(path, partMapping.bytes()).parse();
      }
      checkPart(part.metadata(), number, count);
      mappings.add(partMapping);
      parts.add(part);
    }
    return of(files, mappings, parts);
  }

  private static void checkPart(GgufMetadata metadata, int number, long count) {
    String expected =
        String.format(Locale.ROOT, "part %d of %d, as the file's name says", number + 1, count);
    if (metadata.integer(SPLIT_NO).isEmpty() || metadata.integer(SPLIT_COUNT).isEmpty()) {
      throw new ModelException(
          metadata.file(), -1, "a file that is not part of a split model", expected);
    }
    long says = metadata.integer(SPLIT_NO).getAsLong();
    long of = metadata.integer(SPLIT_COUNT).getAsLong();
    if (says != number || of != count) {
      throw metadata.problem(SPLIT_NO, "that says part " + (says + 1) + " of " + of, expected);
    }
  }

  private static List<Path> partNames(GgufMetadata metadata, long count) {
    Path file = metadata.file();
    if (count > MAX_PARTS) {
      throw metadata.problem(
          SPLIT_COUNT, "that says the model has " + count + " parts", "at most " + MAX_PARTS);
    }
    Matcher name = PART_NAME.matcher(file.getFileName().toString());
    if (!name.matches() || Integer.parseInt(name.group(3)) != count) {
      throw metadata.problem(
          SPLIT_COUNT,
          "that says the model has " + count + " parts, of which " + file.getFileName() + " is one",
          String.format(
              Locale.ROOT, "files named NAME-00001-of-%05d.gguf and so on, side by side", count));
    }
    List<Path> files = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      String part =
          String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", name.group(1), number, count);
      files.add(file.resolveSibling(part));
    }
    return files;
  }

  private static GgufFile of(
      List<Path> files, List<MappedFile> mappings, List<GgufParser.Part> parts) {
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (GgufParser.Part part : parts) {
      for (GgufTensor tensor : part.tensors()) {
        GgufTensor twin = tensors.put(tensor.name(), tensor);
        if (twin != null) {
          throw new ModelException(
              tensor.file(),
              tensor.offset(),
              "tensor " + GgufParser.shown(tensor.name()) + ", which is also in " + twin.file(),
              "each tensor in one part only");
        }
      }
    }
    GgufParser.Part first = parts.getFirst();
    long total = first.metadata().integer(SPLIT_TENSORS).orElse(tensors.size());
    if (total != tensors.size()) {
      throw first
          .metadata()
          .problem(
              SPLIT_TENSORS,
              "that says " + total + " tensors",
              tensors.size() + ", as many as the parts hold");
    }
    return new GgufFile(files, mappings, first.version(), first.metadata(), tensors);
  }

  /**
   * Checks that no file was truncated since it was mapped.
   *
   * @throws ModelException if one was
   */
  public void checkUnchanged() {
    mappings.forEach(MappedFile::checkUnchanged);
  }

  /**
   * Runs work that reads the mappings.
   *
   * @throws ModelException if a file was truncated meanwhile; see {@link MappedFile#reading}
   */
  public <T> T reading(Supplier<T> work) {
    return MappedFile.reading(this::checkUnchanged, work);
  }

  /** Identifies this model and its version; see {@link Fingerprint}. */
  public byte[] fingerprint() {
    return Fingerprint.of(mappings, tensors.values());
  }

  /**
   * A hash of the sizes and modification times of the files. Unlike the fingerprint, it changes
   * with every write to them, but also when the model is copied.
   */
  public long stamp() {
    long hash = mappings.size();
    for (MappedFile mapping : mappings) {
      Instant modified = mapping.modified();
      for (long number :
          new long[] {mapping.bytes().byteSize(), modified.getEpochSecond(), modified.getNano()}) {
        hash = Long.rotateLeft((hash ^ number) * 0x9E37_79B9_7F4A_7C15L, 29);
      }
    }
    return hash;
  }

  /** The file, or all parts in order. */
  public List<Path> files() {
    return files;
  }

  /** The size of all parts together. */
  public long bytes() {
    return mappings.stream().mapToLong(mapping -> mapping.bytes().byteSize()).sum();
  }

  /** The version of the container. */
  public int version() {
    return version;
  }

  /** The metadata, of the first part if there are several. */
  public GgufMetadata metadata() {
    return metadata;
  }

  /** The tensors by name, in file order. */
  public Map<String, GgufTensor> tensors() {
    return tensors;
  }
}
