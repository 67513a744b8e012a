package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.kernel.domain.access.Permission;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows what is installed to whom it concerns. Safe for many threads. */
@Component(service = Inventory.class)
public final class Inventory {
    private final Gate gate;
    private final Composition composition;

    @Activate
    public Inventory(@Reference(name = "gate") Gate gate, @Reference(name = "composition") Composition composition) {
        this.gate = gate;
        this.composition = composition;
    }

    /** What is installed, by symbolic name and version, and the digest that names all of it. */
    public record Contents(Digest digest, List<Composition.Installed> bundles) {
        public Contents {
            bundles = List.copyOf(bundles);
        }
    }

    public Contents find(Caller caller) {
        var target = Target.inHub("composition", null);
        return gate.readHub(
                caller,
                target,
                Permission.READ_COMPOSITION,
                tx -> new Contents(composition.digest(), composition.bundles()));
    }
}
