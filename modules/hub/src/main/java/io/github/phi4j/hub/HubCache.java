package io.github.phi4j.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Hugging Face's cache: {@code models--USER--REPO} has {@code blobs} named by checksum, and in
 * {@code snapshots/COMMIT} links to them under the file names; {@code refs/main} is the last
 * downloaded commit.
 */
final class HubCache {

  /** Downloads a blob. */
  @FunctionalInterface
  interface Fetch {
    void into(Path blob) throws IOException, InterruptedException;
  }

  /** The kind of link from a name in a snapshot to its blob. */
  enum Link {
    SYMBOLIC {
      @Override
      void make(Path name, Path blob) throws IOException {
        Files.createSymbolicLink(name, name.getParent().relativize(blob));
      }
    },
    HARD {
      @Override
      void make(Path name, Path blob) throws IOException {
        Files.createLink(name, blob);
      }
    },
    /** No link: the blob is moved to the name, as by Hugging Face's tools. */
    NONE {
      @Override
      void make(Path name, Path blob) throws IOException {
        Files.move(blob, name, StandardCopyOption.ATOMIC_MOVE);
      }
    };

    abstract void make(Path name, Path blob) throws IOException;
  }

  private static final String PREFIX = "models--";
  private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{64}");

  private final Path folder;
  private final List<Link> links;

  /**
   * Creates a cache.
   *
   * @param links the kinds of links to try, in order of preference
   */
  HubCache(Path folder, List<Link> links) {
    this.folder = folder;
    this.links = links;
  }

  Path folder() {
    return folder;
  }

  private Path home(String repository) {
    return folder.resolve(PREFIX + repository.replace("/", "--"));
  }

  private Path snapshot(String repository, String commit) {
    return home(repository).resolve("snapshots").resolve(commit);
  }

  /** Adds a file; only one process or thread downloads it, others wait and find it. */
  void add(String repository, String commit, HubFile file, Fetch fetch)
      throws IOException, InterruptedException {
    Path blob = home(repository).resolve("blobs").resolve(file.sha256());
    Path link = snapshot(repository, commit).resolve(file.path());
    Files.createDirectories(blob.getParent());
    Files.createDirectories(link.getParent());
    try (FileChannel channel = lockFile(repository, file.sha256());
        FileLock _ = lock(channel)) {
      if (isWhole(link, file)) {
        return;
      }
      if (!isWhole(blob, file)) {
        fetch.into(blob);
      }
      link(link, blob);
    }
  }

  private FileChannel lockFile(String repository, String name) throws IOException {
    Path locks = folder.resolve(".locks").resolve(home(repository).getFileName());
    Files.createDirectories(locks);
    return FileChannel.open(
        locks.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static FileLock lock(FileChannel channel) throws IOException, InterruptedException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        Thread.sleep(100); // held by another thread of this process
      }
    }
  }

  private static boolean isWhole(Path path, HubFile file) throws IOException {
    return Files.isRegularFile(path) && Files.size(path) == file.bytes();
  }

  /**
   * Links a name to its blob in the first way that the file system and the user's privileges allow.
   */
  private void link(Path name, Path blob) throws IOException {
    Files.deleteIfExists(name);
    for (Link link : links.subList(0, links.size() - 1)) {
      try {
        link.make(name, blob);
        return;
      } catch (UnsupportedOperationException | FileSystemException e) {
        // try the next kind
      }
    }
    links.getLast().make(name, blob);
  }

  void setMain(String repository, String commit) throws IOException, InterruptedException {
    Path ref = home(repository).resolve("refs").resolve("main");
    Files.createDirectories(ref.getParent());
    try (FileChannel channel = lockFile(repository, "main");
        FileLock _ = lock(channel)) {
      // A fixed name, so that leftovers of killed processes are overwritten.
      Path fresh = ref.resolveSibling("main.tmp");
      Files.writeString(fresh, commit);
      Files.move(fresh, ref, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  CachedModel model(String repository, String commit, List<String> paths) throws IOException {
    List<Path> files = paths.stream().map(snapshot(repository, commit)::resolve).toList();
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return new CachedModel(repository, commit, files, bytes);
  }

  /** Returns the model of a reference in the last downloaded commit, or else in any. */
  Optional<CachedModel> find(ModelReference reference) throws IOException {
    for (String commit : commits(reference.repository())) {
      try {
        List<HubFile> parts =
            HubFile.choose(reference, files(snapshot(reference.repository(), commit)));
        return Optional.of(
            model(reference.repository(), commit, parts.stream().map(HubFile::path).toList()));
      } catch (HubException e) {
        // not in this commit
      }
    }
    return Optional.empty();
  }

  private List<String> commits(String repository) throws IOException {
    List<String> commits = new ArrayList<>();
    Path main = home(repository).resolve("refs").resolve("main");
    if (Files.isRegularFile(main)) {
      commits.add(Files.readString(main).strip());
    }
    Path snapshots = home(repository).resolve("snapshots");
    if (Files.isDirectory(snapshots)) {
      try (Stream<Path> folders = Files.list(snapshots)) {
        folders
            .map(each -> each.getFileName().toString())
            .sorted()
            .filter(each -> !commits.contains(each))
            .forEach(commits::add);
      }
    }
    return commits;
  }

  /** Returns the GGUF files present in a snapshot; checksums are unknown here. */
  private static List<HubFile> files(Path snapshot) throws IOException {
    if (!Files.isDirectory(snapshot)) {
      return List.of();
    }
    List<HubFile> files = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(snapshot)) {
      for (Path path : paths.filter(each -> each.toString().endsWith(".gguf")).toList()) {
        if (Files.isRegularFile(path)) {
          String name = snapshot.relativize(path).toString().replace('\\', '/');
          files.add(new HubFile(name, "0".repeat(64), Files.size(path)));
        }
      }
    }
    return files;
  }

  List<CachedModel> list() throws IOException {
    List<CachedModel> models = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return models;
    }
    List<String> repositories;
    try (Stream<Path> folders = Files.list(folder)) {
      repositories =
          folders
              .map(each -> each.getFileName().toString())
              .filter(name -> name.startsWith(PREFIX) && name.indexOf("--", PREFIX.length()) > 0)
              .map(name -> name.substring(PREFIX.length()).replaceFirst("--", "/"))
              .sorted()
              .toList();
    }
    for (String repository : repositories) {
      for (String commit : commits(repository)) {
        for (List<String> parts : split(files(snapshot(repository, commit)))) {
          models.add(model(repository, commit, parts));
        }
      }
    }
    return models;
  }

  /** Groups files by model: parts of a split one together. */
  private static Iterable<List<String>> split(List<HubFile> files) {
    Map<String, List<String>> models = new TreeMap<>();
    files.stream()
        .map(HubFile::path)
        .sorted()
        .forEach(path ->
            models
                .computeIfAbsent(
                    path.replaceFirst("-\\d{5}-of-(\\d{5})\\.gguf$", "-of-$1.gguf"),
                    _ -> new ArrayList<>())
                .add(path));
    return models.values();
  }

  List<Path> damaged(CachedModel model) throws IOException {
    List<Path> damaged = new ArrayList<>();
    for (Path file : model.files()) {
      String sum = blob(model.repository(), file).getFileName().toString();
      if (!CHECKSUM.matcher(sum).matches()) {
        throw new HubException(
            file
                + " cannot be checked: on a file system without links the cache does not keep its"
                + " checksum; to be sure, remove it and pull it again");
      }
      if (!Checksums.of(file).equals(sum)) {
        damaged.add(file);
      }
    }
    return damaged;
  }

  long remove(CachedModel model) throws IOException {
    long freed = 0;
    Path home = home(model.repository());
    for (Path file : model.files()) {
      Path blob = blob(model.repository(), file);
      if (!blob.startsWith(home.toRealPath())) {
        throw new IOException(file + " is a link out of " + home + "; it is kept");
      }
      long bytes = Files.size(blob);
      Files.delete(file);
      if (Files.exists(blob) && !isLinked(model.repository(), blob)) {
        Files.delete(blob);
      }
      freed += Files.exists(blob) ? 0 : bytes;
    }
    deleteEmpty(home);
    return freed;
  }

  /** Returns the blob of a name in a snapshot; the name itself if it is not a link. */
  private Path blob(String repository, Path name) throws IOException {
    Path target = name.toRealPath();
    Path blobs = home(repository).resolve("blobs");
    if (Files.isSymbolicLink(name) || !Files.isDirectory(blobs)) {
      return target;
    }
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path blob : files.toList()) {
        if (Files.isSameFile(blob, name)) {
          return blob.toRealPath();
        }
      }
    }
    return target;
  }

  /** Returns whether any snapshot has a name for a blob. */
  private boolean isLinked(String repository, Path blob) throws IOException {
    try (Stream<Path> paths = Files.walk(home(repository).resolve("snapshots"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (Files.isSameFile(path, blob)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Deletes empty folders, and a repository's folder if only its ref is left. */
  private static void deleteEmpty(Path home) throws IOException {
    List<Path> folders;
    try (Stream<Path> paths = Files.walk(home)) {
      List<Path> all = paths.sorted(Comparator.reverseOrder()).toList();
      boolean bare =
          all.stream()
              .filter(path -> !Files.isDirectory(path))
              .allMatch(path -> path.startsWith(home.resolve("refs")));
      if (bare) {
        for (Path path : all) {
          Files.delete(path);
        }
        return;
      }
      folders =
          all.stream()
              .filter(path -> Files.isDirectory(path) && path.startsWith(home.resolve("snapshots")))
              .toList();
    }
    for (Path path : folders) {
      try (Stream<Path> inside = Files.list(path)) {
        if (inside.findAny().isPresent()) {
          continue;
        }
      }
      Files.delete(path);
    }
  }
}
