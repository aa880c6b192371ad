package io.github.phi4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The download of one file to {@code FILE.incomplete}. It resumes interrupted downloads, verifies
 * the checksum, and then renames the file.
 */
final class Download {

  private static final long SPARE_BYTES = 16L << 20;
  private static final long REPORT_NANOS = 200_000_000;
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

  private final HubClient client;
  private final String repository;
  private final String commit;
  private final HubFile file;
  private final Path target;
  private final Path incomplete;
  private final PullListener listener;
  private final Duration firstPause;
  private final MessageDigest digest = Checksums.sha256();
  private long received;
  private long reported;

  Download(
      HubClient client,
      String repository,
      String commit,
      HubFile file,
      Path target,
      PullListener listener,
      Duration firstPause) {
    this.client = client;
    this.repository = repository;
    this.commit = commit;
    this.file = file;
    this.target = target;
    this.listener = listener;
    this.firstPause = firstPause;
    incomplete = target.resolveSibling(target.getFileName() + ".incomplete");
  }

  void run() throws IOException, InterruptedException {
    try (FileChannel out =
        FileChannel.open(
            incomplete,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      resume(out);
      checkSpace();
      boolean again = false;
      receive(out);
      while (!Checksums.hex(digest).equals(file.sha256())) {
        if (again) {
          Files.deleteIfExists(incomplete);
          throw new HubException(
              file.path()
                  + " does not have the checksum that the hub states ("
                  + file.sha256()
                  + "), twice in a row: the hub or a proxy sends wrong bytes");
        }
        again = true;
        listener.retrying(file.path(), "the checksum is wrong");
        restart(out);
        receive(out);
      }
      out.force(true);
    }
    Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes over the part from an earlier attempt. */
  private void resume(FileChannel out) throws IOException {
    if (out.size() > file.bytes()) {
      restart(out);
    }
    if (out.size() > 0) {
      listener.verifying(file.path());
    }
    Checksums.update(digest, out, 0, out.size());
    received = out.size();
    listener.received(file.path(), received, file.bytes());
  }

  private void restart(FileChannel out) throws IOException {
    out.truncate(0);
    digest.reset();
    received = 0;
  }

  private void checkSpace() throws IOException {
    long needed = file.bytes() - received;
    long free = Files.getFileStore(incomplete).getUsableSpace();
    if (needed > 0 && free < needed + SPARE_BYTES) {
      throw new HubException(
          String.format(
              Locale.ROOT,
              "%s needs %.2f GB more, and %s has %.2f GB free; make room, or set HF_HUB_CACHE to a"
                  + " folder elsewhere",
              file.path(),
              needed / 1e9,
              incomplete.getParent(),
              free / 1e9));
    }
  }

  /** Downloads until the file is complete; gives up after several attempts without progress. */
  private void receive(FileChannel out) throws IOException, InterruptedException {
    Attempts attempts = new Attempts(file.path(), listener, firstPause);
    while (received < file.bytes()) {
      long before = received;
      try {
        attempt(out);
        if (received < file.bytes()) {
          throw new IOException(
              "the connection ended after " + received + " of " + file.bytes() + " bytes");
        }
      } catch (HubException e) {
        throw e;
      } catch (IOException e) {
        if (!out.isOpen()) {
          throw e;
        }
        attempts.failed(e, received > before);
      }
    }
    listener.received(file.path(), received, file.bytes());
  }

  private void attempt(FileChannel out) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer = client.open(repository, commit, file, received);
    try (InputStream in = client.patient(answer.body())) {
      switch (answer.statusCode()) {
        case 206 -> checkRange(answer, out);
        case 416 -> {
          restart(out);
          throw new IOException("the server does not have the rest of the file");
        }
        default -> restart(out);
      }
      byte[] buffer = new byte[1 << 16];
      int count = in.read(buffer);
      while (count >= 0) {
        if (received + count > file.bytes()) {
          restart(out);
          throw new IOException(
              "the server sends more than the " + file.bytes() + " bytes of the file");
        }
        write(out, buffer, count);
        count = in.read(buffer);
      }
    }
  }

  private void write(FileChannel out, byte[] buffer, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
    long at = received;
    try {
      while (bytes.hasRemaining()) {
        at += out.write(bytes, at);
      }
    } catch (IOException e) {
      throw new HubException(incomplete + " cannot be written: " + e.getMessage(), e);
    }
    digest.update(buffer, 0, count);
    received = at;
    long now = System.nanoTime();
    if (now - reported > REPORT_NANOS) {
      reported = now;
      listener.received(file.path(), received, file.bytes());
    }
  }

  private void checkRange(HttpResponse<?> answer, FileChannel out) throws IOException {
    String range = answer.headers().firstValue("Content-Range").orElse("");
    Matcher matcher = CONTENT_RANGE.matcher(range);
    boolean right =
        matcher.matches()
            && matcher.group(1).equals(Long.toString(received))
            && (matcher.group(3).equals("*")
                || matcher.group(3).equals(Long.toString(file.bytes())));
    if (!right) {
      long asked = received;
      restart(out);
      throw new IOException(
          "the server sends the range \""
              + range
              + "\" instead of the bytes from "
              + asked
              + " on");
    }
  }
}
