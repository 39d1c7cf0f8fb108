{{/* What is worked out of several values, and what is refused of them. */}}

{{/* The seconds until a pod is killed: the drain, and what comes after it (jobs handed back, last answers, exit). */}}
{{- define "eventbridge-connector.terminationGracePeriodSeconds" -}}
{{- $grace := int .Values.gracePeriodSeconds -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{- add $grace 10 -}}
{{- else if lt (int .Values.terminationGracePeriodSeconds) (int (add $grace 5)) -}}
{{- fail (printf "terminationGracePeriodSeconds: %d leaves no time after the drain of gracePeriodSeconds: %d; expected at least %d, or null" (int .Values.terminationGracePeriodSeconds) $grace (add $grace 5)) -}}
{{- else -}}
{{- int .Values.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}

{{/* 80 % of the memory limit in MiB, as GOMEMLIMIT wants it; empty without a limit. The rest is what Go does not count and what a spike needs. */}}
{{- define "eventbridge-connector.memoryLimit" -}}
{{- with (dig "limits" "memory" "" (default dict .Values.resources)) -}}
{{- $units := dict "" 1 "k" 1000 "Ki" 1024 "M" 1000000 "Mi" 1048576 "G" 1000000000 "Gi" 1073741824 -}}
{{- $text := toString . -}}
{{- if kindIs "float64" . }}{{ $text = printf "%.0f" . }}{{ end -}}
{{- $unit := regexReplaceAll "^[0-9.]+" $text "" -}}
{{- if or (not (regexMatch "^[0-9]+([.][0-9]+)?[A-Za-z]*$" $text)) (not (hasKey $units $unit)) -}}
{{- fail (printf "resources.limits.memory: %q is no quantity that GOMEMLIMIT can be worked out of; expected a number with Ki, Mi, Gi, k, M, G or nothing" $text) -}}
{{- end -}}
{{- printf "%dMiB" (int64 (floor (divf (mulf (float64 (trimSuffix $unit $text)) (get $units $unit) 0.8) 1048576))) -}}
{{- end -}}
{{- end -}}

{{/* The configuration file: that of the values, and the clients. Empty = there is none. */}}
{{- define "eventbridge-connector.configuration" -}}
{{- $file := deepCopy (default dict .Values.configuration) -}}
{{- range $name, $client := .Values.clients }}{{ $file = set $file (printf "camunda.clients.%s" $name) (default dict $client) }}{{ end -}}
{{- if $file }}{{ toYaml $file }}{{ end -}}
{{- end -}}

{{/* How many slots a pod should have in use, for autoscaling. */}}
{{- define "eventbridge-connector.targetSlots" -}}
{{- max 1 (div (mul (int .Values.maxJobsActive) (int .Values.autoscaling.targetSlotsInUsePercent)) 100) -}}
{{- end -}}

{{/* The port in an address: named, or that of its scheme. */}}
{{- define "eventbridge-connector.port" -}}
{{- $authority := regexReplaceAll "^[a-z]+://" . "" | splitList "/" | first -}}
{{- if regexMatch ":[0-9]+$" $authority -}}
{{- regexFind "[0-9]+$" $authority -}}
{{- else if hasPrefix "https://" . -}}443
{{- else if hasPrefix "http://" . -}}80
{{- else -}}26500
{{- end -}}
{{- end -}}

{{/* The addresses that clients have of their own, one a line. */}}
{{- define "eventbridge-connector.clientAddresses" -}}
{{- range $name, $client := .Values.clients -}}
{{- range $key := list "grpc-address" "grpcAddress" "rest-address" "restAddress" -}}
{{- with dig $key "" (default dict $client) }}
{{ . }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Values that cannot mean anything together, each with what to do. */}}
{{- define "eventbridge-connector.check" -}}
{{- include "eventbridge-connector.refused" . -}}
{{- $v := .Values -}}
{{- $auth := $v.security.authentication -}}
{{- if not (or $v.grpcAddress $v.saas.clusterId $v.restAddress (include "eventbridge-connector.clientAddresses" .)) -}}
{{- fail "grpcAddress is not set: expected the gateway's address, such as http://camunda-zeebe-gateway:26500 (or restAddress, or saas.clusterId and saas.region)" -}}
{{- end -}}
{{- if and $v.preferRest (not $v.restAddress) (not $v.saas.clusterId) -}}
{{- fail "restAddress is not set beside preferRest: true; expected the address of the REST API, such as http://camunda-zeebe-gateway:8080" -}}
{{- end -}}
{{- if and $v.saas.clusterId (not $v.saas.region) -}}
{{- fail "saas.region is not set beside saas.clusterId: expected the cluster's region, such as bru-2" -}}
{{- end -}}
{{- if and $v.saas.clusterId $v.grpcAddress -}}
{{- fail (printf "grpcAddress: %q and saas.clusterId: %q are both set; expected one cluster" $v.grpcAddress $v.saas.clusterId) -}}
{{- end -}}
{{- if and $v.saas.clusterId (ne $auth.method "oidc") -}}
{{- fail (printf "security.authentication.method: %q does not get into Camunda's SaaS; expected oidc" $auth.method) -}}
{{- end -}}
{{- if eq $auth.method "oidc" -}}
{{- if not $auth.oidc.clientId }}{{ fail "security.authentication.oidc.clientId is not set, which method oidc needs" }}{{ end -}}
{{- $keyed := or $auth.oidc.clientAssertion.existingSecret $auth.oidc.clientCertificate.existingSecret -}}
{{- if not (or (and $auth.oidc.secret.existingSecret $auth.oidc.secret.existingSecretKey) (and $keyed (not $auth.oidc.secret.existingSecret))) -}}
{{- fail "security.authentication.oidc.secret.existingSecret and .existingSecretKey are not both set: expected camunda-platform's secret, such as camunda-credentials and identity-connectors-client-token" -}}
{{- end -}}
{{- if not (or $auth.oidc.tokenUrl $auth.oidc.issuerUrl $v.saas.clusterId) }}{{ fail "security.authentication.oidc.tokenUrl is not set, nor issuerUrl, one of which method oidc needs" }}{{ end -}}
{{- if and $auth.oidc.tokenUrl $auth.oidc.issuerUrl }}{{ fail "security.authentication.oidc.tokenUrl and .issuerUrl are both set; expected one of them" }}{{ end -}}
{{- end -}}
{{- if and (eq $auth.method "basic") (not (and $auth.basic.username $auth.basic.secret.existingSecret $auth.basic.secret.existingSecretKey)) -}}
{{- fail "security.authentication.basic: username, secret.existingSecret and secret.existingSecretKey are not all set, which method basic needs" -}}
{{- end -}}
{{- if and $v.serviceMonitor.enabled $v.podMonitor.enabled -}}
{{- fail "serviceMonitor.enabled and podMonitor.enabled are both true: every metric would count twice" -}}
{{- end -}}
{{- if and $v.serviceMonitor.enabled (not $v.service.enabled) -}}
{{- fail "serviceMonitor.enabled needs service.enabled; without a service use podMonitor" -}}
{{- end -}}
{{- if $v.autoscaling.enabled -}}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) -}}
{{- fail (printf "autoscaling.minReplicas: %d is more than autoscaling.maxReplicas: %d" (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if and (eq $v.autoscaling.kind "hpa") (not $v.autoscaling.hpaOnSlots) (not $v.autoscaling.targetCPUUtilizationPercentage) -}}
{{- fail "autoscaling of kind hpa has nothing to follow: expected hpaOnSlots: true or a targetCPUUtilizationPercentage" -}}
{{- end -}}
{{- end -}}
{{- end -}}
