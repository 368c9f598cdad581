// The custom resources the shared chart can make: their definitions are downloaded, and nothing is built.
module flotilla.dev/tests/crds

go 1.26.0

require (
	github.com/external-secrets/external-secrets v1.3.2
	github.com/kedacore/keda/v2 v2.21.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.6.3
)
