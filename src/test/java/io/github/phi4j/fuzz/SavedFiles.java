package io.github.phi4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.storage.WeightFile;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Valid files of a small model, changed by an input: triples of a position, two bytes, and a byte
 * to write there. Checksums of headers are corrected, so that the other checks are tested, too.
 */
final class SavedFiles {

  private static final int SESSION_FIXED = 76; // bytes before the tokens
  private static final int SESSION_TOKENS = 56; // the offset of their number
  private static final int SESSION_POSITIONS = 60;
  private static final int PAGE = 64;
  private static final int PACKED_HEADER = 12; // the offset of the header's length

  private SavedFiles() {}

  private static final class Sound {
    static final Path FOLDER = folder();
    static final Path MODEL = FOLDER.resolve("model.gguf");
    static final Path CHANGED = FOLDER.resolve("changed");
    static final Generator GENERATOR;
    static final byte[] SESSION;
    static final byte[] PACKED;

    static {
      try {
        RandomModel.phi4()
            .heads(8, 2, 32)
            .feedForward(256)
            .layers(1)
            .type(GgmlType.Q4_K)
            .write(MODEL);
        LoadOptions options =
            LoadOptions.builder().threads(1).packedFolder(FOLDER.resolve("packed")).build();
        PACKED = Files.readAllBytes(Phi4.pack(MODEL, options).path());
        GENERATOR = Phi4.load(MODEL, options);
        try (Session session = GENERATOR.newSession()) {
          session.feed(1, 2, 3, 4, 5);
          session.save(CHANGED);
        }
        SESSION = Files.readAllBytes(CHANGED);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Path folder() {
      try {
        Path folder = Files.createTempDirectory("phi4j-fuzz");
        folder.toFile().deleteOnExit();
        return folder;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Restores a session from a changed file. */
  static void session(byte[] input) {
    byte[] file = changed(Sound.SESSION, input);
    ByteBuffer numbers = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (sealed(input) && file.length > SESSION_FIXED) {
      long tokens = numbers.getInt(SESSION_TOKENS);
      long pages = Math.ceilDiv((long) numbers.getInt(SESSION_POSITIONS), PAGE);
      seal(file, SESSION_FIXED + Integer.BYTES * (tokens + pages));
    }
    write(file);
    try (Session session = Sound.GENERATOR.restore(Sound.CHANGED)) {
      assertThat(session.position()).isBetween(0, session.contextLength());
      if (session.position() < session.contextLength()) {
        session.feed(1);
      }
      session.rewind(session.position() / 2);
    } catch (ModelException _) {
      return; // refused
    }
  }

  /** Reads the header of changed packed weights. */
  static void packed(byte[] input) {
    byte[] file = changed(Sound.PACKED, input);
    ByteBuffer numbers = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (sealed(input) && file.length > PACKED_HEADER + Integer.BYTES) {
      seal(file, numbers.getInt(PACKED_HEADER) - Integer.BYTES);
    }
    write(file);
    try {
      assertThat(WeightFile.source(Sound.CHANGED)).isNotNull();
    } catch (ModelException | IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static boolean sealed(byte[] input) {
    return input.length == 0 || input[0] >= 0;
  }

  private static byte[] changed(byte[] sound, byte[] input) {
    byte[] file = sound.clone();
    for (int i = 1; i + 2 < input.length; i += 3) {
      int place = ((input[i] & 0xff) << 8) | (input[i + 1] & 0xff);
      file[place % file.length] = input[i + 2];
    }
    return file;
  }

  private static void seal(byte[] file, long at) {
    if (at > 0 && at + Integer.BYTES <= file.length) {
      CRC32C checksum = new CRC32C();
      checksum.update(file, 0, (int) at);
      ByteBuffer.wrap(file)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt((int) at, (int) checksum.getValue());
    }
  }

  private static void write(byte[] file) {
    try {
      Files.deleteIfExists(Sound.CHANGED); // a mapping of the previous file must not change
      Files.write(Sound.CHANGED, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
