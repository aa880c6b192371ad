package io.github.phi4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * The trained test model phi4-tiny in each of its types, with the expected logits of each file. The
 * files F32 and F16 are too large to store: they are unpacked into the build directory on first
 * use, atomically, so that test JVMs can run in parallel.
 */
public enum TinyModel {
  F32,
  F16,
  Q8_0,
  Q6_K,
  Q4_K_M,
  Q4_0;

  private static final Path SHIPPED = Path.of("models");
  private static final Path UNPACKED = Path.of("target", "phi4-tiny");
  private static final int VOCABULARY = 4096;

  /** Returns the model file. */
  public Path path() {
    return switch (this) {
      case Q8_0 -> SHIPPED.resolve(fileName());
      case Q6_K, Q4_K_M, Q4_0 -> resourcePath(fileName());
      case F32, F16 -> unpacked();
    };
  }

  /**
   * Returns the logits, [position][token], of exact arithmetic on the file's weights for the four
   * sequences of {@code prompts.jsonl}, concatenated.
   */
  public float[][] exactLogits() {
    return logits("exact");
  }

  /** Returns llama.cpp's counterpart of {@link #exactLogits()}. */
  public float[][] llamaCppLogits() {
    return logits("logits");
  }

  /** Returns the text of a file beside the models, such as {@code greedy.jsonl}. */
  public static String text(String name) {
    try (InputStream in = resource(name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String fileName() {
    return "phi4-tiny-" + this + ".gguf";
  }

  private float[][] logits(String kind) {
    try (InputStream in = new GZIPInputStream(resource("phi4-tiny-" + this + "." + kind + ".gz"))) {
      var values =
          ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      var rows = new float[values.remaining() / VOCABULARY][VOCABULARY];
      for (float[] row : rows) {
        values.get(row);
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized Path unpacked() {
    Path file = UNPACKED.resolve(fileName());
    if (Files.exists(file)) {
      return file;
    }
    try {
      Files.createDirectories(UNPACKED);
      Path unfinished = Files.createTempFile(UNPACKED, fileName(), ".unfinished");
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        try (OutputStream out =
            new DigestOutputStream(
                new BufferedOutputStream(Files.newOutputStream(unfinished)), digest)) {
          if (this == F32) {
            unpackF32(out);
          } else {
            convertToF16(F32.path(), out);
          }
        }
        String sum = HexFormat.of().formatHex(digest.digest());
        if (!text("SHA256SUMS").contains(sum + "  " + fileName())) {
          throw new IllegalStateException(fileName() + " was unpacked wrong: SHA-256 is " + sum);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void unpackF32(OutputStream out) throws IOException {
    var parts =
        IntStream.range(0, 4).mapToObj(i -> resource("phi4-tiny-F32.gguf.gz." + i)).toList();
    try (InputStream in =
        new GZIPInputStream(new SequenceInputStream(Collections.enumeration(parts)), 1 << 16)) {
      in.transferTo(out);
    }
  }

  /**
   * The two files have headers of the same length and the same tensors in the same order; the
   * layout lists their types and lengths.
   */
  private static void convertToF16(Path f32, OutputStream out) throws IOException {
    byte[] header;
    try (InputStream in = new GZIPInputStream(resource("phi4-tiny-F16.header.gz"))) {
      header = in.readAllBytes();
    }
    out.write(header);
    ByteBuffer data = ByteBuffer.wrap(Files.readAllBytes(f32)).order(ByteOrder.LITTLE_ENDIAN);
    data.position(header.length);
    for (String tensor : text("phi4-tiny-F16.layout").lines().toList()) {
      boolean f16 = tensor.startsWith("F16 ");
      int count = Integer.parseInt(tensor, 4, tensor.length(), 10);
      ByteBuffer converted =
          ByteBuffer.allocate(count * (f16 ? Short.BYTES : Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        if (f16) {
          converted.putShort(Float.floatToFloat16(data.getFloat()));
        } else {
          converted.putFloat(data.getFloat());
        }
      }
      out.write(converted.array());
    }
  }

  private static InputStream resource(String name) {
    InputStream in = TinyModel.class.getResourceAsStream("/phi4-tiny/" + name);
    if (in == null) {
      throw new IllegalArgumentException("no test resource phi4-tiny/" + name);
    }
    return in;
  }

  private static Path resourcePath(String name) {
    URL url = TinyModel.class.getResource("/phi4-tiny/" + name);
    if (url == null) {
      throw new IllegalArgumentException("no test resource phi4-tiny/" + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
