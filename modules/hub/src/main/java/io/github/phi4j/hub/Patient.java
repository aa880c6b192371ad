package io.github.phi4j.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** An input stream with a timeout on periods without data. */
final class Patient extends FilterInputStream {

  private final long patienceNanos;
  private final Thread watcher;
  private volatile long lastRead = System.nanoTime();
  private volatile boolean stalled;

  private Patient(InputStream in, Duration patience) {
    super(in);
    patienceNanos = patience.toNanos();
    watcher = Thread.ofVirtual().name("phi4-hub-watch").unstarted(this::watch);
  }

  static InputStream stream(InputStream in, Duration patience) {
    Patient stream = new Patient(in, patience);
    stream.watcher.start();
    return stream;
  }

  private void watch() {
    try {
      while (true) {
        long left = patienceNanos - (System.nanoTime() - lastRead);
        if (left <= 0) {
          stalled = true;
          in.close();
          return;
        }
        Thread.sleep(Duration.ofNanos(left));
      }
    } catch (InterruptedException | IOException e) {
      // closed already
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    try {
      int count = in.read(target, from, length);
      if (count < 0 && stalled) {
        throw stall(null);
      }
      lastRead = System.nanoTime();
      return count;
    } catch (IOException e) {
      throw stalled ? stall(e) : e;
    }
  }

  private IOException stall(IOException cause) {
    return new IOException(
        "no data for " + Duration.ofNanos(patienceNanos).toSeconds() + " s", cause);
  }

  @Override
  public void close() throws IOException {
    watcher.interrupt();
    in.close();
  }
}
