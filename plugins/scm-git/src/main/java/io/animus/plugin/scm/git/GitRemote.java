package io.animus.plugin.scm.git;

import io.animus.api.types.CommitSha;
import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Talks to the host of a repository, over the protocol that its URL names.
 *
 * @param access read for each conversation
 * @param connectTimeout until a connection stands; milliseconds matter for http, seconds for ssh
 * @param readTimeout for each silence of the other side; likewise
 * @param maxBytes that one conversation may bring, and one mirror may have
 */
record GitRemote(GitAccess access, Duration connectTimeout, Duration readTimeout, long maxBytes) {
    // Not all refs: a host shows the commits of strangers' forks under refs of its own, such as refs/pull.
    private static final List<RefSpec> BRANCHES_AND_TAGS =
            List.of(new RefSpec("+refs/heads/*:refs/heads/*"), new RefSpec("+refs/tags/*:refs/tags/*"));

    /** The full refs among {@code names} that the repository has, with the commit (or what it is) behind each. */
    Map<String, CommitSha> refs(URI repository, List<String> names, Path scratch) {
        var limit = new FetchLimit(scratch, maxBytes);
        return converse(repository, null, scratch, limit, transport -> {
            var specs = names.stream().map(RefSpec::new).toList();
            var found = new TreeMap<String, CommitSha>();
            try (var connection = transport.openFetch(specs)) {
                for (var name : names) {
                    var ref = connection.getRef(name);
                    if (ref != null) {
                        found.put(name, new CommitSha(target(ref).name()));
                    }
                }
            }
            return found;
        });
    }

    /**
     * Brings all branches and tags into {@code mirror}, with all that they lead to.
     *
     * @return whether the mirror stayed within {@code maxBytes}; if not, it may lack some
     */
    boolean fetch(URI repository, Repository mirror) {
        var folder = mirror.getDirectory().toPath();
        var limit = new FetchLimit(folder, maxBytes);
        try {
            converse(repository, mirror, folder, limit, transport -> {
                transport.setTagOpt(TagOpt.NO_TAGS);
                transport.setRemoveDeletedRefs(true);
                return transport.fetch(limit, BRANCHES_AND_TAGS);
            });
        } catch (ExternalSystemException e) {
            if (limit.isExceeded()) {
                return false;
            }
            throw e;
        }
        return MirrorFolder.size(folder) <= maxBytes;
    }

    private interface Conversation<T> {
        T with(Transport transport) throws IOException;
    }

    private <T> T converse(
            URI repository, @Nullable Repository mirror, Path folder, FetchLimit limit, Conversation<T> conversation) {
        try (var ssh = ssh(repository, folder);
                var transport = open(repository, mirror)) {
            transport.setCredentialsProvider(new LoginProvider(access, repository));
            if (transport instanceof TransportHttp http) {
                http.setHttpConnectionFactory(limit.connections(access.authorities(), connectTimeout, readTimeout));
            } else {
                transport.setTimeout((int) Math.max(1, readTimeout.toSeconds()));
            }
            if (transport instanceof SshTransport overSsh) {
                overSsh.setSshSessionFactory(ssh);
            }
            return conversation.with(transport);
        } catch (IOException e) {
            throw GitFailure.of(repository, e, limit);
        } catch (URISyntaxException e) {
            throw GitFailure.rejected(repository, "is no URL of a repository", e);
        }
    }

    // For no other scheme: it loads half a thousand classes.
    private @Nullable SshdSessionFactory ssh(URI repository, Path folder) {
        return "ssh".equalsIgnoreCase(repository.getScheme())
                ? SshConnections.open(access, folder.resolve("nothing"), connectTimeout)
                : null;
    }

    private static Transport open(URI repository, @Nullable Repository mirror) throws IOException, URISyntaxException {
        var address = new URIish(repository.toString());
        return mirror == null ? Transport.open(address) : Transport.open(mirror, address);
    }

    private static ObjectId target(Ref ref) {
        return ref.getPeeledObjectId() != null ? ref.getPeeledObjectId() : ref.getObjectId();
    }
}
