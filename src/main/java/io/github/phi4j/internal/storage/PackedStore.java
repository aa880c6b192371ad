package io.github.phi4j.internal.storage;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.PackingListener;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Printable;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.event.PackingEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.model.PhiWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and creates the file with a model's packed weights. Its name contains a part of the model's
 * fingerprint, so models of the same name can share a folder, and a model keeps its packed file
 * wherever it is moved.
 *
 * <p>A lock on the folder allows one writer at a time. Waiting processes then find a complete file,
 * and unfinished files found under the lock were left by crashed processes.
 */
public final class PackedStore {

  /** The system property with the folder for packed files; options override it. */
  static final String FOLDER_PROPERTY = "phi4j.packed.folder";

  private static final Logger LOG = LoggerFactory.getLogger(PackedStore.class);
  private static final String EXTENSION = ".phi4pack";
  private static final String LOCK = ".phi4pack.lock";
  private static final String MODEL_EXTENSION = ".gguf";
  private static final int FINGERPRINT_BYTES_IN_NAME = 8;
  private static final long POLL_MILLIS = 50;

  private final GgufFile model;
  private final WeightPacking packing;
  private final Path folder;
  private final String stem;
  private final ModelVersion version;
  private final Path path;

  /** Creates the store of a model. Reads the samples for the fingerprint. */
  public PackedStore(GgufFile model, PhiWeights weights, LoadOptions options) {
    this.model = model;
    packing = WeightPacking.of(weights);
    folder = folder(options);
    stem = stem(model);
    version = ModelVersion.of(model);
    String hex = HexFormat.of().formatHex(version.fingerprint(), 0, FINGERPRINT_BYTES_IN_NAME);
    path = folder.resolve(stem + hex + EXTENSION);
  }

  private static Path folder(LoadOptions options) {
    String property = System.getProperty(FOLDER_PROPERTY);
    return options
        .packedFolder()
        .orElseGet(() -> property == null ? CacheFolder.ofUser() : Path.of(property));
  }

  private static String stem(GgufFile model) {
    String name = model.files().getFirst().getFileName().toString();
    int end = name.length() - MODEL_EXTENSION.length();
    boolean extended = name.regionMatches(true, end, MODEL_EXTENSION, 0, MODEL_EXTENSION.length());
    return (extended ? name.substring(0, end) : name) + "-";
  }

  /** Opens the file of a model, if it exists and is usable; otherwise logs the reason. */
  public static Optional<WeightFile> find(
      GgufFile model, PhiWeights weights, LoadOptions options, Arena arena) {
    if (candidates(folder(options), stem(model)).isEmpty()) {
      return Optional.empty();
    }
    PackedStore store = new PackedStore(model, weights, options);
    try {
      return Optional.of(store.open(arena));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // existing files belong to other models
    } catch (IOException | Phi4Exception e) {
      LOG.warn("Packed weights are not used, so generation is slower: {}", e.getMessage());
    }
    return Optional.empty();
  }

  private static List<Path> candidates(Path folder, String stem) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder,
            file ->
                file.getFileName().toString().startsWith(stem)
                    && file.getFileName().toString().endsWith(EXTENSION))) {
      files.forEach(found::add);
    } catch (NoSuchFileException | NotDirectoryException _) {
      // Treated as empty.
    } catch (IOException e) {
      LOG.warn("The folder of packed weights cannot be read: {}", Printable.of(e.toString()));
    }
    return found;
  }

  private WeightFile open(Arena arena) throws IOException {
    requireTrusted();
    return WeightFile.open(path, packing, version, arena);
  }

  private void requireTrusted() throws IOException {
    Permissions.requireTrusted(folder);
    Permissions.requireTrusted(path);
  }

  /** Describes the file. */
  public PackedFile describe() {
    if (!Files.exists(path)) {
      return new PackedFile(path, PackedFile.State.MISSING, packing.bytes(), Optional.empty());
    }
    try (Arena arena = Arena.ofShared()) {
      open(arena);
      return new PackedFile(path, PackedFile.State.CURRENT, Files.size(path), Optional.empty());
    } catch (IOException | Phi4Exception e) {
      String fault = e instanceof Phi4Exception ? e.getMessage() : e.toString();
      return new PackedFile(
          path, PackedFile.State.UNUSABLE, path.toFile().length(), Optional.of(fault));
    }
  }

  /**
   * Opens the file, creating it if it is missing or unusable. Empty if the model has no weights
   * that can be packed.
   *
   * @throws FileException if it cannot be created
   * @throws CancellationException if the thread is interrupted
   */
  public Optional<WeightFile> obtain(WorkerPool pool, PackingListener listener, Arena arena) {
    if (packing.bytes() == 0) {
      LOG.info(
          "{} has no weights that can be packed",
          Printable.of(model.files().getFirst().toString()));
      return Optional.empty();
    }
    try {
      Permissions.requireTrusted(folder);
      if (!usable()) {
        Permissions.createFolders(folder);
        makeAlone(pool, listener);
      }
      return Optional.of(open(arena));
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) { // an interrupt closes an open channel
        throw cancellation(e);
      }
      throw new FileException(
          path,
          "packed weights that cannot be written (" + e + ")",
          "a writable folder with room for "
              + packing.bytes()
              + " bytes; name another, or load the model without packed weights",
          e);
    }
  }

  /** Reads the file and compares it with the model. */
  public void verify(WorkerPool pool, PackingListener listener) {
    try (Arena arena = Arena.ofShared()) {
      WeightFile file = open(arena);
      model.reading(() -> {
        file.verify(pool, listener);
        return null;
      });
    } catch (NoSuchFileException e) {
      throw new FileException(path, "no such file", "packed weights; pack the model first", e);
    } catch (IOException e) {
      throw new FileException(path, "a file that cannot be read: " + e, "packed weights", e);
    }
  }

  private boolean usable() throws IOException {
    // In a separate arena: some systems cannot replace a mapped file.
    try (Arena arena = Arena.ofShared()) {
      open(arena);
      return true;
    } catch (NoSuchFileException _) {
      return false;
    } catch (ModelException e) {
      LOG.info("Weights are packed again: {}", e.getMessage());
      return false;
    }
  }

  private void makeAlone(WorkerPool pool, PackingListener listener) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = lock(channel)) {
      if (!usable()) { // another process may have created it meanwhile
        Unfinished.deleteAbandoned(folder, name -> name.endsWith(EXTENSION));
        Files.deleteIfExists(path);
        checkRoom();
        make(pool, listener);
        deleteSuperseded();
      }
    }
  }

  /** Waits for the lock by polling, since a lock held by this process fails instead of blocking. */
  private FileLock lock(FileChannel channel) throws IOException {
    for (boolean first = true; true; first = false) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException _) {
        // Held by another thread of this process.
      }
      if (first) {
        LOG.info(
            "Waiting for another process or thread that packs weights in {}",
            Printable.of(folder.toString()));
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw cancellation(e);
      }
    }
  }

  private static CancellationException cancellation(Exception cause) {
    CancellationException cancellation = new CancellationException("interrupted");
    cancellation.initCause(cause);
    return cancellation;
  }

  private void checkRoom() throws IOException {
    long room = Files.getFileStore(folder).getUsableSpace();
    if (room < packing.bytes()) {
      throw new IOException("only " + room + " bytes are free");
    }
  }

  private void make(WorkerPool pool, PackingListener listener) throws IOException {
    Recorded<PackingEvent> event = Recorded.begin(PackingEvent::new);
    String source = model.files().getFirst().toAbsolutePath().normalize().toString();
    try {
      model.reading(() -> {
        try {
          WeightFile.write(
              path,
              packing,
              version,
              source,
              pool,
              listener,
              Permissions.ofReaders(path, model.files()));
          return null;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    event.commit(made -> {
      made.target = path.toString();
      made.bytes = packing.bytes();
    });
  }

  /** Deletes files packed from earlier contents of the same model file. */
  private void deleteSuperseded() throws IOException {
    String source = WeightFile.source(path);
    for (Path other : candidates(folder, stem)) {
      try {
        if (!other.equals(path) && WeightFile.source(other).equals(source)) {
          Files.deleteIfExists(other);
          LOG.info(
              "Deleted {}, which was packed from an earlier version of {}",
              Printable.of(other.toString()),
              Printable.of(source));
        }
      } catch (IOException | Phi4Exception e) {
        LOG.debug("Not deleted: {}", Printable.of(other + ": " + e.getMessage()));
      }
    }
  }
}
