package io.animus.plugin.scm.git;

import io.animus.api.types.CommitSha;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/** What the plugin asks of git hosts: what refs point to, and a local copy that holds a commit. */
final class GitRoute extends RouteBuilder {
    static final String REFS = "direct:refs";
    static final String MIRROR = "direct:mirror";

    /** Asks for full ref names; answered by a map of those that exist. */
    record Refs(URI repository, List<String> names) {}

    /** Asks for a {@link Mirror}, to be closed; answered by none if the repository has no such commit. */
    record Wanted(URI repository, CommitSha commit) {}

    private final Function<Refs, Map<String, CommitSha>> refs;
    private final Function<Wanted, @Nullable Mirror> mirror;

    GitRoute(GitRemote remote, MirrorCache cache) {
        refs = asked -> remote.refs(asked.repository(), asked.names(), cache.folder());
        mirror = wanted -> cache.find(wanted.repository(), wanted.commit()).orElse(null);
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from(REFS).routeId("refs-of-repository").transform().body(Refs.class, refs::apply);
        from(MIRROR).routeId("mirror-with-commit").transform().body(Wanted.class, mirror::apply);
    }
}
