//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheHorizontalPodAutoscalerFollowsSlotsInUse(t *testing.T) {
	t.Parallel()
	all := render(t, "autoscaling.enabled=true", "maxJobsActive=200", "autoscaling.targetSlotsInUsePercent=75", "autoscaling.maxReplicas=4")
	hpa := get(t, all, "HorizontalPodAutoscaler")
	assert.Equal(t, at(get(t, all, "Deployment"), "metadata/name"), at(hpa, "spec/scaleTargetRef/name"))
	assert.Equal(t, 2, at(hpa, "spec/minReplicas"))
	assert.Equal(t, 4, at(hpa, "spec/maxReplicas"))
	assert.Equal(t, "eventbridge_connector_jobs_at_work", at(hpa, "spec/metrics/0/pods/metric/name"))
	assert.Equal(t, "150", at(hpa, "spec/metrics/0/pods/target/averageValue"))
	assert.Len(t, at(hpa, "spec/metrics"), 1)
	assert.Equal(t, 300, at(hpa, "spec/behavior/scaleDown/stabilizationWindowSeconds"))
	assert.Nil(t, find(t, all, "ScaledObject"))
	assert.Nil(t, find(t, render(t), "HorizontalPodAutoscaler"))
}

func TestTheHorizontalPodAutoscalerCanFollowCPUAlone(t *testing.T) {
	t.Parallel()
	hpa := get(t, render(t, "autoscaling.enabled=true", "autoscaling.hpaOnSlots=false", "autoscaling.targetCPUUtilizationPercentage=300"), "HorizontalPodAutoscaler")
	assert.Len(t, at(hpa, "spec/metrics"), 1)
	assert.Equal(t, 300, at(hpa, "spec/metrics/0/resource/target/averageUtilization"))
}

func TestKEDAAsksForTheSlotsInUseOfThisReleaseOnly(t *testing.T) {
	t.Parallel()
	all := render(t, "autoscaling.enabled=true", "autoscaling.kind=keda", "autoscaling.keda.authenticationRef.name=p")
	scaled := get(t, all, "ScaledObject")
	assert.Equal(t, at(get(t, all, "Deployment"), "metadata/name"), at(scaled, "spec/scaleTargetRef/name"))
	trigger := at(scaled, "spec/triggers/0")
	assert.Equal(t, "prometheus", at(trigger, "type"))
	assert.Equal(t, "AverageValue", at(trigger, "metricType"))
	assert.Equal(t, `sum(eventbridge_connector_jobs_at_work{namespace="camunda-8",pod=~"camunda-eventbridge-connector-[0-9a-z]+-[0-9a-z]+"})`, at(trigger, "metadata/query"))
	assert.Equal(t, "153", at(trigger, "metadata/threshold"), "60 % of 256")
	assert.Equal(t, "p", at(trigger, "authenticationRef/name"))
	assert.Equal(t, 300, at(scaled, "spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown/stabilizationWindowSeconds"))
	assert.Nil(t, find(t, all, "HorizontalPodAutoscaler"), "KEDA makes its own")
}

func TestATargetIsOneSlotAtLeast(t *testing.T) {
	t.Parallel()
	hpa := get(t, render(t, "autoscaling.enabled=true", "maxJobsActive=1"), "HorizontalPodAutoscaler")
	assert.Equal(t, "1", at(hpa, "spec/metrics/0/pods/target/averageValue"))
}

func TestDrainsOfNodesLeaveWorkers(t *testing.T) {
	t.Parallel()
	all := render(t)
	budget := get(t, all, "PodDisruptionBudget")
	assert.Equal(t, 1, at(budget, "spec/maxUnavailable"))
	assert.Nil(t, at(budget, "spec/minAvailable"))
	assert.Equal(t, at(get(t, all, "Deployment"), "spec/selector"), at(budget, "spec/selector"))
	budget = get(t, render(t, "podDisruptionBudget.minAvailable=50%"), "PodDisruptionBudget")
	assert.Equal(t, "50%", at(budget, "spec/minAvailable"))
	assert.Nil(t, at(budget, "spec/maxUnavailable"), "a budget has one of the two")
	assert.Nil(t, find(t, render(t, "podDisruptionBudget.enabled=false"), "PodDisruptionBudget"))
}

func TestThePriorityClass(t *testing.T) {
	t.Parallel()
	all := render(t, "priorityClass.create=true", "priorityClass.value=5")
	class := get(t, all, "PriorityClass")
	spec, _ := pod(t, all)
	assert.Equal(t, 5, class["value"])
	assert.Equal(t, false, class["globalDefault"])
	assert.Equal(t, at(class, "metadata/name"), at(spec, "priorityClassName"))
	assert.Equal(t, "camunda-8-camunda-eventbridge-connector", at(class, "metadata/name"), "classes of the cluster are told apart by namespace")
	all = render(t, "priorityClassName=high")
	assert.Nil(t, find(t, all, "PriorityClass"))
}
