package io.github.phi4j.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose request line and headers take too long to arrive, as in a Slowloris
 * attack. Jetty's own limit is an idle timeout, which an occasional byte resets.
 */
final class SlowConnections extends Handler.Wrapper implements Connection.Listener {

  private static final class State {
    private volatile boolean serving;
    private volatile long bytesBefore;
    private volatile long partialSince;
  }

  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final Map<Connection, State> states = new ConcurrentHashMap<>();
  private final long patienceNanos;
  private volatile boolean sweeping;

  SlowConnections(Handler handler, Duration patience) {
    super(handler);
    patienceNanos = patience.toNanos();
  }

  @Override
  public void onOpened(Connection connection) {
    states.put(connection, new State());
  }

  @Override
  public void onClosed(Connection connection) {
    states.remove(connection);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Connection connection = request.getConnectionMetaData().getConnection();
    State state = states.get(connection);
    if (state != null) {
      state.serving = true;
      Request.addCompletionListener(
          request,
          _ -> {
            state.bytesBefore = connection.getBytesIn();
            state.partialSince = 0;
            state.serving = false;
          });
    }
    return super.handle(request, response, callback);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    sweeping = true;
    schedule(getServer().getScheduler());
  }

  @Override
  protected void doStop() throws Exception {
    sweeping = false;
    super.doStop();
  }

  private void schedule(Scheduler scheduler) {
    scheduler.schedule(
        () -> {
          sweep();
          if (sweeping && scheduler.isRunning()) {
            schedule(scheduler);
          }
        },
        INTERVAL.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    long now = NanoTime.now();
    states.forEach((connection, state) -> {
      if (state.serving || connection.getBytesIn() == state.bytesBefore) {
        return;
      }
      if (state.partialSince == 0) {
        state.partialSince = now == 0 ? 1 : now;
      } else if (now - state.partialSince > patienceNanos) {
        connection.getEndPoint().close();
      }
    });
  }
}
