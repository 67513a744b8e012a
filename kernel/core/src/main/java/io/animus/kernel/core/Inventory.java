package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows what is and was installed to whom it concerns. Safe for many threads. */
@Component(service = Inventory.class)
public final class Inventory {
    private static final Target TARGET = Target.inHub("composition", null);

    private final Gate gate;
    private final Composition composition;

    @Activate
    public Inventory(@Reference(name = "gate") Gate gate, @Reference(name = "composition") Composition composition) {
        this.gate = gate;
        this.composition = composition;
    }

    /** What is installed now. */
    public CompositionContents find(Caller caller) {
        return gate.readHub(caller, TARGET, Permission.READ_COMPOSITION, tx -> composition.contents());
    }

    /**
     * What was installed when a run, a decision or an event was given this digest.
     *
     * @param digest as text, of whatever form
     * @return {@link CompositionContents#json} of then
     * @throws RefusedException if no composition has this digest
     */
    public Json.Members find(Caller caller, String digest) {
        var target = Target.inHub("composition", digest);
        return gate.readHub(caller, target, Permission.READ_COMPOSITION, tx -> parse(digest)
                .flatMap(tx.compositions()::find)
                .map(Json.Members.class::cast)
                .or(() -> Optional.of(composition.contents())
                        .filter(now -> now.digest().value().equals(digest))
                        .map(CompositionContents::json))
                .orElseThrow(() -> RefusedException.notFound("composition")));
    }

    private static Optional<Digest> parse(String text) {
        try {
            return Optional.of(new Digest(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
