import numpy as np


def test_shipments_are_what_the_model_was_made_for(shipments):
    assert list(shipments.columns) == ["distance_km", "weight_kg", "stops", "late"]
    assert len(shipments) >= 20
    assert np.issubdtype(shipments["distance_km"].dtype, np.integer)
    assert shipments["distance_km"].between(1, 5000).all()
    assert shipments["weight_kg"].dropna().between(0.1, 100).all()
    assert shipments["stops"].between(1, 20).all()
    assert shipments["late"].isin([0, 1]).all()
