package io.animus.kernel.shell;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.threadio.ThreadIO;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;

/** Karaf's shell with our commands in it, without a framework: its parser, its completion, its questions. */
final class RealShell implements AutoCloseable {
    /** In a hub it logs to the hub's log; here it would write to the terminal. */
    private static final Logger LINES = Logger.getLogger("org.jline");

    /** One for the process, whose own streams it stands in for. */
    private static final ThreadIOImpl STREAMS = new ThreadIOImpl();

    static {
        LINES.setLevel(Level.OFF);
        STREAMS.start();
    }

    private final HeldFactory factory = new HeldFactory(STREAMS);

    /** Refuses, once it is told to, what the shell of a hub refuses by its configuration. */
    private static final class HeldFactory extends SessionFactoryImpl {
        private boolean isHeld;

        HeldFactory(ThreadIO streams) {
            super(streams);
        }

        @Override
        protected Object invoke(CommandSessionImpl session, Object target, String name, List<Object> arguments)
                throws Exception {
            if (isHeld) {
                throw new SecurityException(name);
            }
            return super.invoke(session, target, name, arguments);
        }

        void holdMethods() {
            isHeld = true;
        }

        void holdCommands() {
            getRegistry().getCommands().stream()
                    .filter(command -> command.getScope().equals("shell"))
                    .toList()
                    .forEach(this::unregister);
        }
    }

    RealShell(Door door) {
        factory.register(door);
        var manager = new ManagerImpl(factory, factory);
        manager.register(PluginNames.class);
        manager.register(ConfigurationNames.class);
        manager.register(ConfigurationKeys.class);
        manager.register(LogIn.class);
        manager.register(LogOut.class);
        manager.register(ListPlugins.class);
        manager.register(ShowPlugin.class);
        manager.register(InstallPlugin.class);
        manager.register(UpdatePlugin.class);
        manager.register(ConfigurePlugin.class);
        manager.register(EnablePlugin.class);
        manager.register(DisablePlugin.class);
        manager.register(RemovePlugin.class);
    }

    /** As the configuration of a hub does: no command of Karaf's own, and no call of a method. */
    void hold() {
        holdMethods();
        holdCommands();
    }

    void holdMethods() {
        factory.holdMethods();
    }

    void holdCommands() {
        factory.holdCommands();
    }

    /** A command that no list of commands names. */
    void bringSecretly(String scope, String name) {
        factory.getCommandProcessor().addCommand(scope, (Function) (session, arguments) -> "done", name);
    }

    SessionFactory factory() {
        return factory;
    }

    @Override
    public void close() {
        factory.stop();
    }
}
