package io.animus.api.tck;

import io.animus.api.scm.ScmHost;
import io.animus.api.types.CommitSha;
import java.net.URI;
import java.util.Map;

/** Proves the contract with the smallest host there can be. */
class InMemoryScmHostTest implements ScmHostContract {
    private static final CommitSha EARLIER = new CommitSha("a".repeat(40));
    private static final CommitSha HEAD = new CommitSha("b".repeat(40));
    private static final CommitSha FOREIGN = new CommitSha("c".repeat(40));
    private static final CommitSha BLOB = new CommitSha("d".repeat(40));
    private static final URI SAMPLE = URI.create("memory:///sample");
    private static final URI OTHER = URI.create("memory:///other");

    private final ScmHost host = new InMemoryScmHost(Map.of(
            SAMPLE,
            new InMemoryScmHost.Repository(
                    Map.of("refs/heads/main", HEAD, "refs/tags/v1", EARLIER), Map.of(HEAD, "2", EARLIER, "1")),
            OTHER,
            new InMemoryScmHost.Repository(Map.of("refs/heads/main", FOREIGN), Map.of(FOREIGN, "3"))));

    @Override
    public ScmHost host() {
        return host;
    }

    @Override
    public Sample sample() {
        return new Sample(
                SAMPLE,
                "main",
                HEAD,
                "v1",
                EARLIER,
                BLOB,
                FOREIGN,
                URI.create("memory:///missing"),
                URI.create("elsewhere:///sample"));
    }
}
