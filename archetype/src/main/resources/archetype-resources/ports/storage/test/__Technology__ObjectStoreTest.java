package __package__;

import io.animus.api.storage.ObjectStore;
import io.animus.api.tck.ObjectStoreContract;
import java.net.URI;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What every object store must do, with the server that the hub embeds. */
class __Technology__ObjectStoreTest implements ObjectStoreContract {
    private final Server server = new Server();
    private __Technology__ObjectStore store;

    @BeforeEach
    void start() throws Exception {
        var connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.open();
        store = new __Technology__ObjectStore("test", URI.create("http://127.0.0.1:" + connector.getLocalPort()));
        server.addConnector(connector);
        var servlets = new ServletContextHandler();
        servlets.addServlet(new ServletHolder(store), __Technology__ObjectStore.PATH + "/*");
        server.setHandler(servlets);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Override
    public ObjectStore store() {
        return store;
    }
}
