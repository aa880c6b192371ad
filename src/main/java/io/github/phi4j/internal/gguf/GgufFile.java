package io.github.phi4j.internal.gguf;

import io.github.phi4j.api.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final List<Mapping> mappings;
  private final int version;
  private final GgufMetadata metadata;
  private final Map<String, GgufTensor> tensors;

  /** A mapped file, with what tells it from another that is later put in its place, or null. */
  private record Mapping(MemorySegment bytes, Object fileKey) {}

  private GgufFile(
      List<Path> files,
      List<Mapping> mappings,
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
   * @throws ModelException if a file cannot be read or is not sound GGUF
   */
  public static GgufFile open(Path file, Arena arena) {
    Mapping mapping = map(file, arena, "the path of a GGUF file");
    GgufParser.Part opened = new GgufParser(file, mapping.bytes()).parse();
    long count = opened.metadata().integer(SPLIT_COUNT).orElse(1);
    if (count <= 1) {
      return of(List.of(file), List.of(mapping), List.of(opened));
    }
    List<Path> files = partNames(opened.metadata(), count);
    List<Mapping> mappings = new ArrayList<>();
    List<GgufParser.Part> parts = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Path path = files.get(number);
      GgufParser.Part part = opened;
      Mapping partMapping = mapping;
      if (!path.equals(file)) {
        String which = "part %d of the %d parts of the model".formatted(number + 1, count);
        partMapping = map(path, arena, which + ", beside " + file.getFileName());
        part = new GgufParser(path, partMapping.bytes()).parse();
      }
      checkPart(part.metadata(), number, count);
      mappings.add(partMapping);
      parts.add(part);
    }
    return of(files, mappings, parts);
  }

  private static void checkPart(GgufMetadata metadata, int number, long count) {
    String expected = "part %d of %d, as the file's name says".formatted(number + 1, count);
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
          "files named NAME-00001-of-%05d.gguf and so on, side by side".formatted(count));
    }
    List<Path> files = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      String part = "%s-%05d-of-%05d.gguf".formatted(name.group(1), number, count);
      files.add(file.resolveSibling(part));
    }
    return files;
  }

  private static GgufFile of(
      List<Path> files, List<Mapping> mappings, List<GgufParser.Part> parts) {
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

  private static Mapping map(Path file, Arena arena, String expected) {
    if (Files.isDirectory(file)) {
      throw new ModelException(file, -1, "a directory", expected);
    }
    if (Files.exists(file)
        && !Files.isRegularFile(file)) { // opening a pipe would wait for a writer
      throw new ModelException(
          file, -1, "something that is not a regular file and cannot be mapped", expected);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() == 0) {
        throw new ModelException(file, 0, "an empty file", expected);
      }
      return new Mapping(
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
          attributes(file).fileKey());
    } catch (NoSuchFileException e) {
      throw new ModelException(file, -1, "no such file", expected, e);
    } catch (AccessDeniedException e) {
      throw new ModelException(
          file, -1, "a file that may not be read", expected + "; check its permissions", e);
    } catch (IOException e) {
      throw new ModelException(file, -1, "a file that cannot be mapped: " + e, expected, e);
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class);
  }

  /**
   * Checks that no file was cut short since it was mapped. One that was deleted, renamed, or
   * replaced by another stays mapped as it was.
   *
   * @throws ModelException if one was
   */
  public void checkUnchanged() {
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      Mapping mapping = mappings.get(i);
      BasicFileAttributes now;
      try {
        now = attributes(file);
      } catch (IOException _) {
        continue;
      }
      if (Objects.equals(now.fileKey(), mapping.fileKey())
          && now.size() < mapping.bytes().byteSize()) {
        throw new ModelException(
            file,
            now.size(),
            "the end of the file, which was cut short while it was open",
            mapping.bytes().byteSize()
                + " bytes as when it was loaded; restore the file and load it again");
      }
    }
  }

  /**
   * Runs work that reads the mappings.
   *
   * @throws ModelException if a file was cut short meanwhile: a page that is gone shows as an
   *     {@link InternalError}, and what is gone of the last page reads as zeros
   */
  public <T> T reading(Supplier<T> work) {
    try {
      T result = work.get();
      checkUnchanged();
      return result;
    } catch (InternalError e) {
      checkUnchanged();
      throw e;
    }
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
