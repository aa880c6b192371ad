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
 * Finds and makes the file with a model's packed weights. Its name has a part of the model's
 * fingerprint, so that models of one name can share a folder, and one model serves wherever it
 * lies.
 *
 * <p>Who makes a file holds the lock of its folder. So there is one maker at a time, others find a
 * complete file when it is their turn, and unfinished ones that are found then are of the dead.
 */
public final class PackedStore {

  /** Where packed weights are, unless options say otherwise. */
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

  /** The store for a model. Reads as much of its file as the fingerprint takes. */
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

  /** Opens the file of a model, if there is one; where it cannot be used, the log says why. */
  public static Optional<WeightFile> find(
      GgufFile model, PhiWeights weights, LoadOptions options, Arena arena) {
    if (candidates(folder(options), stem(model)).isEmpty()) {
      return Optional.empty();
    }
    PackedStore store = new PackedStore(model, weights, options);
    try {
      return Optional.of(store.open(arena));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // those that are there are other models'
    } catch (IOException | Phi4Exception e) {
      LOG.warn("Packed weights are not used, which makes generating slower: {}", e.getMessage());
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
      // As good as empty.
    } catch (IOException e) {
      LOG.warn("The folder of packed weights cannot be read: {}", e.toString());
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

  /** Says what is there. */
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
   * Opens the file, and makes it before if it is not there or cannot be used. Empty if the model
   * has no weights that can be packed.
   *
   * @throws FileException if it cannot be made
   * @throws CancellationException if the thread is interrupted
   */
  public Optional<WeightFile> obtain(WorkerPool pool, PackingListener listener, Arena arena) {
    if (packing.bytes() == 0) {
      LOG.info("{} has no weights that can be packed", model.files().getFirst());
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
      if (Thread.currentThread().isInterrupted()) { // which closes a channel that is in use
        throw cancellation(e);
      }
      throw new FileException(
          path,
          "packed weights that cannot be made (" + e + ")",
          "a folder that can be written and has room for "
              + packing.bytes()
              + " bytes; name another, or load the model without packed weights",
          e);
    }
  }

  /** Reads the file's data and compares it with the model. */
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
    // In an arena of its own: a file that is mapped cannot be replaced everywhere.
    try (Arena arena = Arena.ofShared()) {
      open(arena);
      return true;
    } catch (NoSuchFileException _) {
      return false;
    } catch (ModelException e) {
      LOG.info("Weights are packed anew: {}", e.getMessage());
      return false;
    }
  }

  private void makeAlone(WorkerPool pool, PackingListener listener) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = lock(channel)) {
      if (!usable()) { // another may have made it meanwhile
        Unfinished.deleteAbandoned(folder, name -> name.endsWith(EXTENSION));
        Files.deleteIfExists(path);
        checkRoom();
        make(pool, listener);
        deleteSuperseded();
      }
    }
  }

  /** Waits for the lock, in steps since a lock of this very process makes no one wait. */
  private FileLock lock(FileChannel channel) throws IOException {
    for (boolean first = true; true; first = false) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException _) {
        // Another thread of this process has it.
      }
      if (first) {
        LOG.info("Waiting for another that packs weights in {}", folder);
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
    PackingEvent event = new PackingEvent();
    event.begin();
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
    event.target = path.toString();
    event.bytes = packing.bytes();
    event.commit();
  }

  /** Deletes what was made of other contents of the same model file. */
  private void deleteSuperseded() throws IOException {
    String source = WeightFile.source(path);
    for (Path other : candidates(folder, stem)) {
      try {
        if (!other.equals(path) && WeightFile.source(other).equals(source)) {
          Files.deleteIfExists(other);
          LOG.info(
              "Deleted {}, which was packed of what {} held before", other, Printable.of(source));
        }
      } catch (IOException | Phi4Exception e) {
        LOG.debug("{} stays: {}", other, e.getMessage());
      }
    }
  }
}
