package io.github.phi4j.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer that is written while a generation runs. The generation has its own thread and only
 * puts pieces into a queue, so a slow reader delays nothing; the request's thread writes them.
 * While there is nothing to write, it sends heartbeats, which also detect disconnected clients: the
 * generation is then interrupted.
 */
final class LiveAnswer {

  /** The framing of an answer. */
  enum Format {
    /** Server-sent events. */
    EVENTS("text/event-stream; charset=utf-8", ": waiting\n\n"),
    /** One JSON object per line, as in Ollama's API. */
    LINES("application/x-ndjson", " "),
    /** One JSON object; white space before it keeps the connection alive. */
    DOCUMENT("application/json", " ");

    private final String type;
    private final String heartbeat;

    Format(String type, String heartbeat) {
      this.type = type;
      this.heartbeat = heartbeat;
    }
  }

  /** A generation; it is interrupted when its answer is no longer wanted. */
  @FunctionalInterface
  interface Work {
    void run(LiveAnswer answer) throws InterruptedException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(LiveAnswer.class);

  /** The time to wait for an interrupted generation. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private sealed interface Piece {
    record Text(String text) implements Piece {}

    record Failure(Throwable cause) implements Piece {}

    record End() implements Piece {}
  }

  private final Format format;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private volatile boolean wanted = true;

  private LiveAnswer(Format format) {
    this.format = format;
  }

  /**
   * Runs a generation and writes its answer to the end.
   *
   * @param exchange the exchange
   * @param format the framing
   * @param load counts the generation until it ends
   * @param work the generation
   * @throws ApiException if the generation failed before anything was written
   * @throws IOException if the client is gone
   */
  static void write(Exchange exchange, Format format, Load load, Duration heartbeat, Work work)
      throws IOException {
    LiveAnswer answer = new LiveAnswer(format);
    Thread worker = Thread.ofVirtual().name("phi4-generation").unstarted(() -> answer.work(work));
    try (Load.Slot _ = load.enter(worker)) {
      worker.start();
      try {
        answer.pump(exchange, heartbeat);
      } finally {
        answer.wanted = false;
        join(worker);
      }
    }
  }

  private void work(Work work) {
    try {
      work.run(this);
      pieces.add(new Piece.End());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      pieces.add(
          new Piece.Failure(ApiException.overloaded("The server is shutting down; try again.")));
    } catch (Throwable e) {
      pieces.add(new Piece.Failure(e));
    }
  }

  private static void join(Thread worker) {
    try {
      worker.interrupt();
      if (!worker.join(PATIENCE)) {
        LOG.warn("a generation continues although its client disconnected");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Adds a piece; returns whether the answer is still wanted. */
  boolean send(String piece) {
    pieces.add(new Piece.Text(piece));
    return wanted;
  }

  /** Returns whether the client is still connected, as far as is known. */
  boolean wanted() {
    return wanted;
  }

  private void pump(Exchange exchange, Duration heartbeat) throws IOException {
    List<Piece> taken = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    while (true) {
      Piece first = poll(heartbeat);
      if (first == null) {
        write(exchange, format.heartbeat, false);
        continue;
      }
      taken.clear();
      taken.add(first);
      pieces.drainTo(taken);
      text.setLength(0);
      Throwable failure = null;
      boolean end = false;
      for (Piece piece : taken) {
        switch (piece) {
          case Piece.Text(String more) -> text.append(more);
          case Piece.Failure(Throwable cause) -> failure = cause;
          case Piece.End _ -> end = true;
        }
      }
      if (failure != null) {
        fail(exchange, text, Failures.translate(failure));
        return;
      }
      write(exchange, text.toString(), end);
      if (end) {
        return;
      }
    }
  }

  private @Nullable Piece poll(Duration heartbeat) throws IOException {
    try {
      return pieces.poll(heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Reports a failure: by status if it is not sent yet, otherwise within the format. */
  private void fail(Exchange exchange, StringBuilder text, ApiException failure)
      throws IOException {
    if (!exchange.committed() && text.isEmpty()) {
      throw failure;
    }
    String error = Json.text(Json.error(failure));
    switch (format) {
      case EVENTS -> write(exchange, text + "data: " + error + "\n\n", true);
      case LINES ->
          write(
              exchange,
              text + Json.text(Json.object().put("error", failure.getMessage())) + "\n",
              true);
      // The status was success: only truncating the body can still signal failure.
      case DOCUMENT -> throw new IOException(failure.getMessage(), failure);
    }
  }

  private void write(Exchange exchange, String text, boolean last) throws IOException {
    if (!exchange.committed()) {
      exchange.begin(200, format.type);
      exchange.setHeader("Cache-Control", "no-store");
      exchange.setHeader("X-Accel-Buffering", "no");
    }
    exchange.write(text.getBytes(StandardCharsets.UTF_8), last);
  }
}
