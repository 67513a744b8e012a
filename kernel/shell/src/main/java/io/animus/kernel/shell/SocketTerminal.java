package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import org.apache.karaf.shell.api.console.SignalListener;
import org.apache.karaf.shell.api.console.Terminal;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;

/** A terminal at the other end of a socket, for Karaf and for JLine. Its keys come raw; what they mean is decided here. */
final class SocketTerminal extends ExternalTerminal implements Terminal {
    private static final String PLAIN = "vt100";

    SocketTerminal(Greeting greeting, InputStream in, OutputStream out) throws IOException {
        // On a dumb one JLine hides keys by writing over them on another thread, which goes on a little into what comes
        // next.
        super("animus", greeting.type().startsWith(TYPE_DUMB) ? PLAIN : greeting.type(), in, out, UTF_8);
        // Whoever reads a line draws it; a key that comes before it is asked for must not show.
        echo(false);
        setSize(new Size(greeting.columns(), greeting.rows()));
    }

    @Override
    public int getWidth() {
        return getSize().getColumns();
    }

    @Override
    public int getHeight() {
        return getSize().getRows();
    }

    @Override
    public boolean isAnsiSupported() {
        return true;
    }

    @Override
    public boolean isEchoEnabled() {
        return echo();
    }

    @Override
    public void setEchoEnabled(boolean enabled) {
        echo(enabled);
    }

    @Override
    public void addSignalListener(SignalListener listener, org.apache.karaf.shell.api.console.Signal... signal) {
        // JLine turns keys into signals, and Karaf listens to those.
    }

    @Override
    public void addSignalListener(SignalListener listener, EnumSet<org.apache.karaf.shell.api.console.Signal> signals) {
        // As above.
    }

    @Override
    public void addSignalListener(SignalListener listener) {
        // As above.
    }

    @Override
    public void removeSignalListener(SignalListener listener) {
        // None was added.
    }
}
