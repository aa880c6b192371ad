package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * A cheap SHA-256 that identifies a model: over the size of each file, and checksums of everything
 * before its tensors and of the middle 4096 bytes of each tensor. Other changes go unnoticed.
 *
 * <p>Checksums, since HotSpot computes them fast from the first byte on, while a digest of all
 * these bytes takes a tenth of a second in a new JVM. Two of them leave a change one chance in
 * 2<sup>64</sup>.
 */
final class Fingerprint {

  private static final int SAMPLE = 4096;
  private static final int CHUNK = 1 << 16;

  private final MessageDigest digest;
  private final Checksum[] checksums = {new CRC32(), new CRC32C()};
  private final byte[] buffer = new byte[CHUNK];

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The fingerprint of files and the tensors in them, both in order. */
  static byte[] of(List<MappedFile> files, Collection<GgufTensor> tensors) {
    Fingerprint fingerprint = new Fingerprint();
    Map<Path, Long> headers = new HashMap<>();
    tensors.forEach(tensor -> headers.merge(tensor.file(), tensor.offset(), Math::min));
    for (MappedFile file : files) {
      long size = file.bytes().byteSize();
      long header = headers.getOrDefault(file.path(), size);
      fingerprint.add(size);
      fingerprint.add(header);
      fingerprint.add(file.bytes().asSlice(0, header));
    }
    for (GgufTensor tensor : tensors) {
      long sample = Math.min(SAMPLE, tensor.data().byteSize());
      fingerprint.add(tensor.data().asSlice((tensor.data().byteSize() - sample) / 2, sample));
    }
    return fingerprint.digest.digest();
  }

  private void add(long number) {
    digest.update(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).flip());
  }

  /** Copies first: a page that is gone must show as an error of the copy, not of the checksum. */
  private void add(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, buffer, 0, count);
      for (Checksum checksum : checksums) {
        checksum.reset();
        checksum.update(buffer, 0, count);
        add(checksum.getValue());
      }
    }
  }
}
